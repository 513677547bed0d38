"""The kinds of problems that telling people outside can have. None of their texts ever holds a secret."""

from __future__ import annotations

from engine.kernel.problems import Nature, ProblemKind, Text

BAD_SERVER = ProblemKind(
    "TELL-001",
    Text("YOUJU_MAIL 里的“{address}”不是邮件服务器", "“{address}” in YOUJU_MAIL is no mail server"),
    Text(
        "例如 smtps://用户@smtp.example.com:465,或 smtp://用户@smtp.example.com:587;"
        "密码用 youju secret set mail_password",
        "For example smtps://user@smtp.example.com:465 or smtp://user@smtp.example.com:587; "
        "the password by youju secret set mail_password",
    ),
)
BAD_SENDER = ProblemKind(
    "TELL-002",
    Text("YOUJU_MAIL_FROM 里的“{given}”不是发件人", "“{given}” in YOUJU_MAIL_FROM is no sender"),
    Text("例如 有据 <youju@example.com>", "For example Youju <youju@example.com>"),
)
BAD_PUBLIC_URL = ProblemKind(
    "TELL-003",
    Text("YOUJU_PUBLIC_URL 里的“{given}”不是网址", "“{given}” in YOUJU_PUBLIC_URL is no address"),
    Text("写成 https://youju.example.com,后面不带路径", "Write https://youju.example.com, without a path"),
)
BAD_ADDRESS = ProblemKind(
    "TELL-004",
    Text("“{given}”不能做{zh}", "“{given}” cannot be {en}"),
    Text("{hint_zh}", "{hint_en}"),
)
NOT_SET_UP = ProblemKind(
    "TELL-005",
    Text("通知方式“{way}”还没有设置:缺 {lacking}", "The way “{way}” is not set up: it lacks {lacking}"),
    Text("设置见文档 how-to/tell-people-outside", "See the how-to tell-people-outside"),
)
MAIL_REFUSED = ProblemKind(
    "TELL-006",
    Text("邮件服务器不收这封信:{code} {said}", "The mail server does not take this letter: {code} {said}"),
    Text("不再重试:请核对收件人和发件人地址,再重放", "It is not tried again: look after the addresses, then replay"),
)
MAIL_FAILED = ProblemKind(
    "TELL-007",
    Text("邮件没有发出({host}):{why_zh}", "The letter did not go out ({host}): {why_en}"),
    Text("会按间隔重试", "It is tried again after a pause"),
    Nature.UNAVAILABLE,
)
MAIL_PUT_OFF = ProblemKind(
    "TELL-013",
    Text("邮件服务器现在不收这封信:{code} {said}", "The mail server does not take this letter now: {code} {said}"),
    Text("会按间隔重试", "It is tried again after a pause"),
    Nature.UNAVAILABLE,
)
UNWRITABLE = ProblemKind(
    "TELL-014",
    Text("这封信写不成:文字里有邮件不能写的内容", "The letter cannot be written: its text holds what no letter can"),
    Text("不再重试;站内消息已到", "It is not tried again; the message inside has arrived"),
)
ROBOT_REFUSED = ProblemKind(
    "TELL-008",
    Text("“{way}”机器人拒绝了消息:{code} {said}", "The robot of “{way}” refused the message: {code} {said}"),
    Text(
        "不再重试:请核对机器人的地址、签名密钥、关键词和 IP 白名单,再重放",
        "It is not tried again: look after the robot's address, key, keywords and list of addresses, then replay",
    ),
)
ROBOT_FAILED = ProblemKind(
    "TELL-009",
    Text("“{way}”机器人没有收下消息:{code} {said}", "The robot of “{way}” did not take the message: {code} {said}"),
    Text("会按间隔重试", "It is tried again after a pause"),
    Nature.UNAVAILABLE,
)
BAD_WEBHOOK = ProblemKind(
    "TELL-012",
    Text("密钥 {name} 里的不是机器人的地址", "The secret {name} holds no address of a robot"),
    Text("从群设置里整个复制,以 https:// 开头", "Copy the whole of it from the settings of the group: https://…"),
)
UNKNOWN_WAY = ProblemKind(
    "TELL-010",
    Text("没有通知方式“{way}”", "There is no way “{way}” to tell people"),
    Text("有:{known}", "There are: {known}"),
)
NOBODY_NAMED = ProblemKind(
    "TELL-011",
    Text("没有写发给谁", "It is not said whom to send it to"),
    Text("请用 --to 写一个邮箱", "Name an address by --to"),
)
NO_LIMIT = ProblemKind(
    "TELL-019",
    Text("每天打断几次应是 0 到 {most} 的整数", "How often somebody is interrupted a day is a number from 0 to {most}"),
    Text("例如 5;0 表示都留到早上", "For example 5; with 0 all waits for the morning"),
)
