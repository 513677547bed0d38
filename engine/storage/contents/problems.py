"""The kinds of problems that a file can have when it is sent, and a content when it is asked for."""

from __future__ import annotations

from engine.kernel.problems import Nature, ProblemKind, Text

TOO_LARGE = ProblemKind(
    "FILE-001",
    Text("文件太大,最多{most}MB", "The file is too large, {most} MiB at most"),
    Text("请压缩后再传,或拆成几个文件", "Make it smaller, or send it in parts"),
)
UNKNOWN_KIND = ProblemKind(
    "FILE-002",
    Text("不能上传这种文件“{name}”", "“{name}” is not of a type that can be uploaded"),
    Text(
        "可以上传:图片(JPEG、PNG、WebP、GIF)、录音、PDF、Office文档、文本、CSV、ZIP",
        "These can be: pictures (JPEG, PNG, WebP, GIF), recordings, PDF, Office documents, text, CSV, ZIP",
    ),
)
EMPTY = ProblemKind(
    "FILE-003",
    Text("文件“{name}”是空的", "The file “{name}” is empty"),
    Text("请重新选择文件", "Choose the file again"),
)
BAD_IMAGE = ProblemKind(
    "FILE-004",
    Text("图片“{name}”打不开或太大", "The picture “{name}” cannot be read, or is too large"),
    Text("最多{most}百万像素;请换一张", "{most} megapixels at most; send another one"),
)
GONE = ProblemKind(
    "FILE-005",
    Text("文件的内容不在了", "The content of the file is not there"),
    Text("请从备份恢复文件目录", "Restore the folder of files from the backup"),
    Nature.UNAVAILABLE,
)
TOO_MUCH = ProblemKind(
    "FILE-009",
    Text("还没提交的文件太多,一共最多{most}MB", "Too much was sent that no record holds, {most} MiB at most"),
    Text("请先提交已经上传的,或过几天再传", "Submit what was sent already, or send it in some days"),
    Nature.THROTTLED,
)
TOO_MANY_TOKENS = ProblemKind(
    "FILE-006",
    Text("没用过的拍照凭证太多", "There are too many photo tokens that were not used"),
    Text("请先用掉已有的,或过几天再取", "Use those first, or ask again in some days"),
    Nature.THROTTLED,
)
BAD_COUNT = ProblemKind(
    "FILE-007",
    Text("一次可取1到{most}个拍照凭证", "1 to {most} photo tokens can be asked for at once"),
    Text('例如 {{"count": 20}}', 'For example {{"count": 20}}'),
)
BAD_DEVICE = ProblemKind(
    "FILE-008",
    Text("设备标识不对", "The device is not named as it should be"),
    Text(
        "device_id 是最多200字的文字,device_id_type 是 {known} 之一",
        "device_id: a text of at most 200; device_id_type: {known}",
    ),
)
