"""The kinds of problems that what was captured can have."""

from __future__ import annotations

from engine.kernel.problems import ProblemKind, Text

BAD_SHAPE = ProblemKind(
    "CAPT-001",
    Text("“{label}”的内容读不懂", "What “{label}” holds cannot be read"),
    Text("应为{wanted};收到的是:{got}", "It takes {wanted}; what came was: {got}"),
)
TOO_FEW = ProblemKind(
    "CAPT-002",
    Text("“{label}”至少{least}项", "“{label}” needs at least {least}"),
    Text("现在有{got}项", "There are {got} now"),
)
NOT_LIVE = ProblemKind(
    "CAPT-003",
    Text("照片须当场拍摄", "Photos must be taken on the spot"),
    Text("请在“{label}”里直接拍照,不能从相册选", "Take it with the camera of “{label}”; the album does not count"),
)
NO_POSITION = ProblemKind(
    "CAPT-004",
    Text("照片没有定位", "The photo has no position"),
    Text("打开定位后重拍", "Turn the position on and take it again"),
)
NO_DEVICE = ProblemKind(
    "CAPT-005",
    Text("照片没有设备标识", "The photo does not say by which device it was taken"),
    Text("请刷新页面后重拍", "Reload the page and take it again"),
)
NO_TOKEN = ProblemKind(
    "CAPT-006",
    Text("照片的凭证无效", "The photo's token is not valid"),
    Text("请重拍一张", "Take the photo again"),
)
TOKEN_OVER = ProblemKind(
    "CAPT-007",
    Text("照片的凭证已过期", "The photo's token has expired"),
    Text("拍摄后7天内提交有效;请重拍一张", "It holds for 7 days; take the photo again"),
)
TOKEN_USED = ProblemKind(
    "CAPT-008",
    Text("这张照片已经用过", "This photo has been used already"),
    Text("一张照片只算一次;请重拍一张", "A photo counts once; take another one"),
)
WRONG_TIME = ProblemKind(
    "CAPT-009",
    Text("照片的拍摄时间不对", "The time of the photo is not right"),
    Text("请校准手机时间后重拍", "Set the phone's clock and take it again"),
)
TOO_OLD = ProblemKind(
    "CAPT-010",
    Text("照片是{minutes}分钟以前拍的", "The photo was taken more than {minutes} minutes ago"),
    Text("请现在重拍一张", "Take it again now"),
)
NO_FILE = ProblemKind(
    "CAPT-011",
    Text("“{label}”里有找不到的文件", "A file of “{label}” cannot be found"),
    Text("请重新上传", "Upload it again"),
)
WRONG_FILE = ProblemKind(
    "CAPT-012",
    Text("“{label}”不能放“{name}”", "“{label}” does not take “{name}”"),
    Text("只收{wanted_zh}", "It takes {wanted_en} only"),
)
WRONG_LENGTH = ProblemKind(
    "CAPT-013",
    Text("“{label}”应在{least}到{most}秒之间", "“{label}” must last between {least} and {most} seconds"),
    Text("现在是{got}秒", "It lasts {got} now"),
)
TOO_FAR = ProblemKind(
    "CAPT-014",
    Text(
        "“{label}”离应在的地点{metres}米,最多{most}米",
        "“{label}” is {metres} m away, {most} m at most",
    ),
    Text("请到现场再定位", "Go there and take the position again"),
)
BAD_CODE = ProblemKind(
    "CAPT-015",
    Text("“{label}”不是有效的条码", "“{label}” is not a valid barcode"),
    Text("应为8位或13位数字,末位是校验码;请重扫", "8 or 13 digits, the last of them a check digit; scan it again"),
)
BAD_SOURCE = ProblemKind(
    "CAPT-017",
    Text("位置的来源“{source}”不是照片字段", "“{source}”, from which the place comes, is no field of photos"),
    Text("写本表单的照片字段", "Name a field of photos of this form"),
)
NOT_MEASURED = ProblemKind(
    "CAPT-018",
    Text("“{way}”量不出来", "“{way}” cannot be measured"),
    Text(
        "距离的两端写位置字段或 关联字段.位置字段,照片写本表单的照片字段;这个字段写 set_by: system",
        "A distance is between two locations (a field, or reference.field), photos are a field of this form; the field "
        "itself is set by the system",
    ),
)
BAD_CENTRE = ProblemKind(
    "CAPT-016",
    Text("围栏的中心“{center}”不是位置字段", "The centre “{center}” of the geofence is no field of a location"),
    Text("写本表单的位置字段,或 关联字段.位置字段", "Name a location of this form, or reference.location"),
)
