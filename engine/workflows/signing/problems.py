"""The kinds of problems that sending for signing, or signing, can have."""

from __future__ import annotations

from engine.kernel.problems import Nature, ProblemKind, Text

NOT_FOR_SIGNING = ProblemKind(
    "SIGN-001",
    Text("文档“{key}”没有设置签署", "The document “{key}” is not set up for signing"),
    Text("请在文档的 signing 里写明", "State how it is signed under signing in the document"),
)
NO_SIGNERS = ProblemKind(
    "SIGN-002",
    Text("没有签署人", "Nobody is named who signs"),
    Text("请写至少 1 位,最多 {most} 位", "Name one at least, {most} at most"),
)
NO_NAME = ProblemKind(
    "SIGN-003",
    Text("签署人没有姓名", "A signer has no name"),
    Text("请写签署人的姓名,不超过 {most} 个字", "Write the name of who signs, {most} characters at most"),
)
BAD_MAIL = ProblemKind(
    "SIGN-004",
    Text("“{given}”不是邮箱地址", "“{given}” is no mail address"),
    Text("例如 name@example.com,或留空", "For example name@example.com; or leave it blank"),
)
BAD_PHONE = ProblemKind(
    "SIGN-005",
    Text("“{given}”不是电话号码", "“{given}” is no telephone number"),
    Text("写数字、空格、+、- 和括号,或留空", "Digits, spaces, +, - and brackets; or leave it blank"),
)
BAD_DAYS = ProblemKind(
    "SIGN-006",
    Text("签署期限要在 1 到 {most} 天之间", "It may be signed for 1 to {most} days"),
    Text("请写天数", "Write how many days"),
)
NO_SUCH_PERSON = ProblemKind(
    "SIGN-007",
    Text("没有这位用户,或已停用", "There is no such active user"),
    Text("请选在用的用户,或写外部签署人的姓名", "Choose an active user, or name somebody from outside"),
)
NO_ROOM = ProblemKind(
    "SIGN-008",
    Text("“{label_zh}”放不下签好的文件和存证报告", "“{label_en}” has no room for the signed document and its report"),
    Text("请先移走一些文件,或让管理员放宽上限", "Take some files out, or have its limit raised"),
)
SIGNED_ALREADY = ProblemKind(
    "SIGN-010",
    Text("您已经签过了", "You have signed already"),
    Text("不用再做什么", "Nothing is left to do"),
    Nature.CONFLICT,
)
OVER = ProblemKind(
    "SIGN-011",
    Text("这份文件不再等待签署", "This document does not wait for signatures any more"),
    Text("需要时请发件人重新发送", "Ask its sender to send it again if need be"),
    Nature.CONFLICT,
)
NOT_YOUR_TURN = ProblemKind(
    "SIGN-012",
    Text("还没有轮到您签署", "It is not your turn yet"),
    Text("前面的人签好后会通知您", "You are told once those before you have signed"),
    Nature.CONFLICT,
)
TOO_MANY_CODES = ProblemKind(
    "SIGN-013",
    Text("这个链接已经发过 {most} 次验证码", "{most} codes have been sent for this link"),
    Text("请发件人给您一个新链接", "Ask the sender for a new link"),
    Nature.THROTTLED,
)
CODE_TOO_SOON = ProblemKind(
    "SIGN-014",
    Text("刚刚发过验证码,请 {seconds} 秒后再试", "A code was sent a moment ago; try again in {seconds} s"),
    Text("请先用刚才的验证码", "Use the one that was sent"),
    Nature.THROTTLED,
)
NO_CODE = ProblemKind(
    "SIGN-015",
    Text("没有有效的验证码", "There is no code that is still good"),
    Text("请点“发送验证码”", "Have one sent"),
)
NO_TRIES_LEFT = ProblemKind(
    "SIGN-016",
    Text("验证码输错了 {most} 次,不能再试", "A wrong code was tried {most} times"),
    Text("请重新发送验证码", "Have another one sent"),
    Nature.THROTTLED,
)
WRONG_CODE = ProblemKind(
    "SIGN-017",
    Text("验证码不对", "That is not the code"),
    Text("请核对 6 位数字", "Look at the six digits again"),
)
WHO_ARE_YOU = ProblemKind(
    "SIGN-018",
    Text("请先验证身份", "Show first who you are"),
    Text("用验证码验证后再继续", "Enter the code that was sent to you"),
)
NOT_READ = ProblemKind(
    "SIGN-019",
    Text("请先打开文件阅读", "Open the document first"),
    Text("点“打开文件”", "Open it with the button on this page"),
    Nature.REFUSED,
)
NO_CONSENT = ProblemKind(
    "SIGN-020",
    Text("请勾选“{label_zh}”", "“{label_en}” is not ticked"),
    Text("全部勾选后才能签署", "All of them are needed to sign"),
)
NO_MARK = ProblemKind(
    "SIGN-021",
    Text("请手写签名,或输入姓名", "Draw your signature, or type your name"),
    Text("二者选一", "One of both"),
)
BAD_MARK = ProblemKind(
    "SIGN-022",
    Text("签名图片无法读取", "The drawn signature cannot be read"),
    Text("请重新签名,或输入姓名", "Draw it again, or type your name"),
)
ANOTHER_DOCUMENT = ProblemKind(
    "SIGN-023",
    Text("文件与您看到的不一致", "The document is not the one that you were shown"),
    Text(
        "请重新打开页面;文件如果被改动过,不能签署", "Load the page again; a document that was altered cannot be signed"
    ),
    Nature.CONFLICT,
)
NO_REASON = ProblemKind(
    "SIGN-024",
    Text("请写明拒签的理由", "Say why you do not sign"),
    Text("不超过 {most} 个字", "{most} characters at most"),
)
UNKNOWN_LINK = ProblemKind(
    "SIGN-025",
    Text("没有这个签署链接", "There is no such link"),
    Text("链接可能已失效,请向发件人要新的", "It may have been replaced; ask whoever sent it for a new one"),
    Nature.ABSENT,
)
NOT_SENDER = ProblemKind(
    "SIGN-026",
    Text("只有发件人或记录的负责人能这样做", "That is for the sender, or the owner of the record"),
    Text("请联系发件人", "Ask the sender"),
)
BROKEN_CHAIN = ProblemKind(
    "SIGN-027",
    Text("签署记录的第 {number} 步被改动过", "Act {number} of an envelope is not what it was"),
    Text("从备份核对这份签署的行", "Compare the rows of this envelope with a backup"),
)
NO_SIGNING_FIELD = ProblemKind(
    "SIGN-028",
    Text("没有附件字段“{key}”", "There is no attachment field “{key}”"),
    Text("可用的字段:{known}", "The fields are: {known}"),
)
ONLY_PAGES = ProblemKind(
    "SIGN-029",
    Text("只有 PDF 文档可以签署", "Only a document that is made as PDF can be signed"),
    Text("请用 content 写文档,不用 Word 或 Excel 模板", "Write it as content, not as a Word or Excel template"),
)
NOT_TEXT = ProblemKind(
    "SIGN-030",
    Text("签署人的姓名、邮箱和电话要是文字", "Names, mail addresses and telephone numbers of signers are texts"),
    Text("请用结果为文字的表达式", "Use an expression that gives a text"),
)
WHO_SIGNS = ProblemKind(
    "SIGN-031",
    Text("签署人要么写 person,要么写 name", "A signer has either a person or a name"),
    Text("内部人员写 person;外部签署人写 name、mail、phone", "person for users; name, mail and phone for others"),
)
GUESSED_TOO_OFTEN = ProblemKind(
    "SIGN-032",
    Text("从您这里打开了太多无效的链接", "Too many links that lead nowhere were opened from where you are"),
    Text("请几分钟后再打开您的链接", "Open yours again in a few minutes"),
    Nature.THROTTLED,
)
TOO_MANY_WRONG = ProblemKind(
    "SIGN-033",
    Text(
        "验证码已输错 {most} 次,这位签署人不能再试", "{most} wrong codes were tried for this signer; no more are taken"
    ),
    Text("请发件人撤回后重新发送", "Ask the sender to take it back and send it again"),
    Nature.THROTTLED,
)
TOO_MANY_SIGNERS = ProblemKind(
    "SIGN-034",
    Text("签署人太多", "There are too many signers"),
    Text("最多 {most} 位,请分几份发送", "Name {most} at most; send it in parts"),
)
TOO_LARGE = ProblemKind(
    "SIGN-035",
    Text("文件太大,不能签署", "The document is too large to be signed"),
    Text("最多 {most} MB,请减少图片", "{most} MB at most; use fewer or smaller pictures"),
)
