"""What the parts of a design are called in Chinese and English: elements, their properties, and fixed values."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.kernel.problems import Text


def _texts(rows: str) -> Mapping[str, Text]:
    """Return texts by key from lines of ``key 中文 English words``."""
    made = (row.split(maxsplit=2) for row in rows.strip().splitlines())
    return MappingProxyType({key: Text(zh, en) for key, zh, en in made})


KINDS = _texts("""
app 应用 app
form 表单 form
rule 规则 rule
workflow 流程 workflow
decision_table 决策表 decision table
metric 指标 metric
board 看板 board
roles 角色 role
parameters 参数 parameter
option_lists 选项列表 option list
pages 页面 page
tab_bars 标签栏 tab bar
quick_actions 快捷动作 quick action
connector 连接器 connector
document 文档 document
operations 操作 operation
intakes 接收 intake
hooks 推送 hook
pulls 拉取 pull
arguments 参数 argument
fields 字段 field
options 选项 option
sections 分区 section
relations 关联 relation
validations 校验 validation
states 状态 state
transitions 流转 transition
dimensions 分组 dimension
measures 数值 measure
widgets 组件 widget
columns 列 column
rows 行 row
approvals 审批 approval
steps 步骤 step
inputs 输入 input
outputs 输出 output
""")
"""Elements, by the kind of their document or by the list that they stand in."""

PARTS = _texts("""
access 权限 access
acknowledgement 仅确认 acknowledgement
add 加入的值 added values
add_tag 加标签 tag added
aliases 别名 aliases
answer 提交后的话 answer
arguments 参数 arguments
ask 询问的字段 fields asked
at 时间 time
auth 身份凭据 credentials
base_url 服务地址 address
beside 对比的分数 score compared
blocks 区块 blocks
board 看板 board
body 请求内容 body
breaker 熔断 circuit breaker
bucket 时间分段 bucket
buttons 按钮 buttons
by 谁可以做 who may do it
choices 选择 choices
choose_first 先选 chosen first
codes 识别的码 codes
columns 列 columns
computed 计算公式 formula
content 内容 content
create 新建 create
creator 创建人的值 values of the creator
default 默认值 default
default_line 自动补一行 line of defaults
delete 删除 delete
description 说明 description
digits 总位数 digits in all
dimensions 分组 dimensions
due 时限 time allowed
duties 每期要有的记录 duties
records 哪些记录 which records
each 每 in every
count 几条 how many
dated 按哪天算 counted on the day of
escalate 超时上报 escalation
export 导出 export
after 之后多久 how long after
tell 提醒谁 who is told
remind 提醒时点 reminders
en 英文 English
enabled 启用 enabled
ends 之后怎么走 what follows
end 结束列 last day
entries 标签 entries
fields 字段 fields
file_name 文件名 file name
filter 筛选 filter
find 查找 search
find_by 查找依据 found by
fitting 与之相符 must fit
for_roles 角色 roles
form 表单 form
format 格式 format
from 起始状态 from
function 统计方式 function
geofence 地点范围 geofence
guard 前提 guard
guard_message 前提不满足时的话 message of the guard
headers 请求头 headers
health 连接检查 health check
help 提示 help
hidden_fields 看不到的字段 hidden fields
hit_policy 命中方式 hit policy
holds 条件 condition
home 首页 home
hooks 推送 hooks
icon 图标 icon
initial 初始状态 initial state
indexed 便于查找和排序 quick to find and to sort by
inputs 输入 inputs
intake 接收方式 intake
intakes 接收 intakes
into 写入 field filled
items 内容的位置 where the items are
key 键 key
kind 种类 kind
labels 名称 name
language 语言 language
late 超时怎么办 when late
least 最低分 lowest
ledger 台账 ledger
levels 最多几级 levels
light 亮灯 light
limit 数量上限 limit
lines 明细 lines
link 链接 link
list 列表 list
locked 锁定 locked
max 最大值 maximum
max_age_minutes 最多拍了几分钟 oldest in minutes
max_count 最多几项 most entries
max_length 最多几个字 longest text
max_seconds 最长几秒 longest in seconds
measures 数值 measures
message 提示语 message
method 方法 method
metres_between 相距多少米 metres between
metric 指标 metric
min 最小值 minimum
min_count 最少几项 fewest entries
min_seconds 最短几秒 shortest in seconds
missing 没有记录时 where no record is
most 最高分 highest
most_pages 最多几页 most pages
need 要谁同意 agreement needed
needs 依赖 needs
newest 新旧依据 what tells the newest
of 统计的字段 field counted
on 触发时机 trigger
one_of 至少填一项 one of these
operation 操作 operation
operations 操作 operations
option_list 选项列表 option list
optional_fields 选填字段 optional fields
options 选项 options
order 排序 order
signing 签署 signing
signers 签署人 signers
consents 同意事项 consents
outputs 输出 outputs
page 纸张 paper
pages 页面 pages
paging 分页 paging
parameters 可改的参数 parameters
path 路径 path
permissions 权限 permissions
personal 放在“我的” personal
phone 电话 phone
place 位置列 column of positions
position 带定位 with position
presets 快捷日期 days in one tap
pulls 拉取 pulls
query 查询参数 query
quick_actions 快捷动作 quick actions
rank 排序依据 rank
rate 限速 rate limit
read 查看 read
read_only_after_create 建后不可改 fixed after creation
read_only_fields 只读字段 read-only fields
read_only_when 何时只读 read-only when
record 记录 record
reference 引用字段 reference
relations 关联 relations
releases 解除冻结 releases
required 必填 required
required_when 何时必填 required when
retired 停用 retired
retry 重试 retries
roles 角色 roles
rows 行 rows
scale 小数位 decimals
pattern 编号样式 pattern of the number
schedule 时间表 schedule
score 打分 score
sections 分区 sections
seen_before 照片是否重复 seen before
sentence 句子 sentence
set 填写 fields set
set_by 由谁填写 filled by
signature 签名方式 how it is signed
since 从何时起 since when
start 开始列 first day
snapshot 定期留存 snapshot
sort 排序 sort
sources 来源 sources
state 状态 state
states 状态 states
suggestions 快捷文字 texts in one tap
summary 摘要 summary
tab_bars 标签栏 tab bars
taken_from 取自 taken from
template 模板文件 template file
then 动作 actions
timeout_seconds 超时秒数 time-out in seconds
timezone 时区 time zone
title 标题 title
to 到达状态 to
tolerance 允许差距 tolerance
transition 流转 transition
transitions 流转 transitions
trend 走势 trend
type 类型 type
unique 不可重复 unique
up_to 逐级到 up to
update 修改 update
valid_from 生效日 valid from
valid_to 失效日 valid to
validations 校验 validations
value 值 value
values 预填的值 preset values
visible_when 何时显示 visible when
when 条件 condition
where 范围 scope
while_held 冻结时可做 while held
who 谁来审 people asked
widgets 组件 widgets
width 宽度 width
withdraw 能否撤回 withdrawal
skip_repeated 同意过的不再问 not asking again
workflow 流程 workflow
zh 中文 Chinese
send 定时发送 sending by a schedule
channels 方式 ways
cron 时间 cron line
catch_up 补发 catching up
workdays 仅工作日 workdays only
work_hours 工作小时 working hours
""")
"""Properties of elements; one that is not named here is called by its key."""

VALUES = _texts("""
true 是 yes
false 否 no
text 文本 text
long_text 长文本 long text
number 数字 number
money 金额 money
percent 百分比 percent
boolean 是否 yes or no
date 日期 date
datetime 日期时间 date and time
choice 单选 choice
multi_choice 多选 several choices
person 人员 person
reference 引用 reference
lines 明细 lines
photo 现场照片 evidence photo
image 图片 image
attachment 附件 attachment
audio 语音 audio
signature 签名 signature
location 位置 location
scan 扫码 scan
phone 电话 phone number
email 邮箱 e-mail
url 网址 web address
id_code 统一社会信用代码 company code
auto_number 自动编号 automatic number
rating 评分 rating
persons 多个人员 several people
references 多个引用 several references
json 原始数据 raw data
create 新建时 on creation
submit 提交时 on submission
""")
"""Fixed values of properties; any other text is shown as it stands."""
