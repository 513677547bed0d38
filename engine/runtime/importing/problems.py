"""The kinds of problems that importing records from a file can have."""

from __future__ import annotations

from engine.kernel.problems import Nature, ProblemKind, Text

NO_TABLE = ProblemKind(
    "IMP-001",
    Text("这个文件读不出表格", "No table can be read from this file"),
    Text(
        "请发 Excel(.xlsx)、CSV 或每行一个 JSON 对象的文件;加密的文件请先去掉密码",
        "Send an Excel file (.xlsx), a CSV file, or one with a JSON object on each line; take off a password first",
    ),
)
TOO_LARGE = ProblemKind(
    "IMP-002",
    Text("文件太大", "The file is too large"),
    Text(
        "一次最多 {most_mib} MB、{most_rows} 行、{most_columns} 列;请拆成几个文件",
        "At most {most_mib} MB, {most_rows} rows and {most_columns} columns come at once: send several files",
    ),
)
NO_NAMES = ProblemKind(
    "IMP-003",
    Text("第一行没有列名", "The first row has no names of columns"),
    Text("请在第一行写上每一列的名称", "Write the name of each column into the first row"),
)
SAME_NAME = ProblemKind(
    "IMP-004",
    Text("列名“{name}”出现了两次", "The column “{name}” is there twice"),
    Text("请给每一列不同的名称", "Give each column a name of its own"),
)
NO_TEXT = ProblemKind(
    "IMP-005",
    Text("第{line}行的文字既不是 UTF-8 也不是 GB18030", "The text of row {line} is neither UTF-8 nor GB18030"),
    Text("请用 UTF-8 重新保存文件", "Save the file as UTF-8"),
)
NO_ROWS = ProblemKind(
    "IMP-006",
    Text("文件里没有数据行", "The file has no rows of data"),
    Text("列名下面至少要有一行", "There must be a row below the names"),
)
NO_OBJECT = ProblemKind(
    "IMP-007",
    Text("这一行不是 JSON 对象:{reason}", "This line is no JSON object: {reason}"),
    Text('请写成例如 {{"name": "李伟"}}', 'Write it like {{"name": "Li Wei"}}'),
)
TOO_MANY_CELLS = ProblemKind(
    "IMP-008",
    Text("这一行有{got}格,列名只有{named}个", "This row has {got} cells, and only {named} columns have names"),
    Text("文字里有分隔符时请加引号", "Put a text that holds the separator into quotation marks"),
)
NO_FIELD = ProblemKind(
    "IMP-010",
    Text("“{key}”不能导入", "“{key}” cannot be imported"),
    Text("可以导入的字段:{known}", "The fields that can be imported are: {known}"),
)
TWICE = ProblemKind(
    "IMP-011",
    Text("有两列都导入到“{label_zh}”", "Two columns are imported into “{label_en}”"),
    Text("一个字段只能对应一列", "A field takes one column"),
)
NOTHING_CHOSEN = ProblemKind(
    "IMP-012",
    Text("没有选择要导入的列", "No column is chosen to be imported"),
    Text("请至少给一列选择字段", "Choose the field of at least one column"),
)
NO_KEY = ProblemKind(
    "IMP-013",
    Text("没有说按哪一列找到已有的记录", "It is not said by which column records are found"),
    Text("请选择一个已对应到列的字段", "Choose a field that a column is imported into"),
)
BAD_KEY = ProblemKind(
    "IMP-014",
    Text("不能按“{key}”匹配已有的记录", "Records cannot be matched by “{key}”"),
    Text("可选的字段:{known}", "The fields are: {known}"),
)
NO_MODE = ProblemKind(
    "IMP-015",
    Text("没有这种导入方式“{mode}”", "There is no way to import called “{mode}”"),
    Text(
        "请写 add(每行新建)、change(只更新已有的)或 both(更新已有的,没有的新建)",
        "Write add (each row makes a record), change (only those that are there) or both",
    ),
)
NO_WAY_ON = ProblemKind(
    "IMP-016",
    Text("新记录不能执行“{key}”", "“{key}” does not begin in the state of a new record"),
    Text("可选的流转:{known}", "The transitions are: {known}"),
)
NO_COLUMN = ProblemKind(
    "IMP-017",
    Text("文件里没有“{name}”这一列", "The file has no column “{name}”"),
    Text("文件的列:{known}", "Its columns are: {known}"),
)
NOT_READY = ProblemKind(
    "IMP-020",
    Text("这次导入不能这样做:它{state_zh}", "This cannot be done with the import: it {state_en}"),
    Text("请刷新后再看", "Look at it again"),
    Nature.CONFLICT,
)
NO_RIGHT = ProblemKind(
    "IMP-021",
    Text("导入的人不能{what_zh}这里的记录", "Whoever imports may not {what_en} records here"),
    Text("请管理员给予权限后再导入,或继续导入", "Let an administrator give the right, then import, or go on"),
)
NO_SUCH_NAME = ProblemKind(
    "IMP-030",
    Text("“{label_zh}”:找不到名为“{got}”的{form_zh}", "“{label_en}”: there is no {form_en} called “{got}”"),
    Text(
        "请写它的编号、名称或别的唯一字段,写法要完全一样",
        "Write its number, its name or another field that is unique, exactly as it is there",
    ),
)
SEVERAL_NAMES = ProblemKind(
    "IMP-031",
    Text("“{label_zh}”:名为“{got}”的{form_zh}不止一个", "“{label_en}”: more than one {form_en} is called “{got}”"),
    Text("请改写唯一的字段,例如编号", "Write a field that is unique, such as its number"),
)
NO_PERSON = ProblemKind(
    "IMP-032",
    Text("“{label_zh}”:没有叫“{got}”的人", "“{label_en}”: nobody is called “{got}”"),
    Text("请写登录名或姓名", "Write the user name or the name"),
)
SEVERAL_PEOPLE = ProblemKind(
    "IMP-033",
    Text("“{label_zh}”:叫“{got}”的人不止一个", "“{label_en}”: more than one person is called “{got}”"),
    Text("请写登录名", "Write the user name"),
)
