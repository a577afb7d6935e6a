"""What the console says, in both languages. A flag is 涉嫌 (suspected) and never 违规 (violation)."""

from typing import Final, Literal

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")

# key: (Chinese, English)
_WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("互联网金融风险监测", "Internet finance risk monitoring"),
    "queue": ("预警队列", "Alert queue"),
    "log_in": ("登录", "Log in"),
    "log_out": ("退出", "Log out"),
    "account": ("账号", "Account"),
    "password": ("密码", "Password"),
    "log_in_failed": ("账号或密码不正确。", "Account and password do not fit."),
    "log_in_hint": (
        "账号由管理员用 riskengine account create 建立。",
        "An administrator makes accounts with riskengine account create.",
    ),
    "skip": ("跳到正文", "Skip to content"),
    "other_language": ("English", "中文"),
    # filters
    "filters": ("筛选", "Filters"),
    "apply": ("筛选", "Apply"),
    "clear": ("清除", "Clear"),
    "any": ("全部", "Any"),
    "line": ("业态", "Line"),
    "verdict": ("性质", "Verdict"),
    "severity": ("等级", "Severity"),
    "detector": ("识别规则或模型", "Detector"),
    "platform": ("平台", "Platform"),
    "region": ("地区", "Region"),
    "status": ("状态", "Status"),
    "subject": ("对象", "Subject"),
    "since": ("自", "From"),
    "until": ("至", "To"),
    "without_reports": ("不含大额报告", "Without reports"),
    # queue
    "time": ("时间", "Time"),
    "alert": ("预警", "Alert"),
    "measured": ("测得", "Measured"),
    "threshold": ("界限", "Threshold"),
    "score": ("评分", "Score"),
    "next_page": ("下一页", "Next page"),
    "first_page": ("回到第一页", "Back to the first page"),
    "alerts_found": ("条预警", "alerts"),
    "nothing_yet": ("还没有预警。", "No alerts yet."),
    "nothing_yet_hint": (
        "事件到达并触发规则或模型后，预警会出现在这里。用 riskengine run 读入文件，或用 POST /v1/events 发送事件。",
        "Alerts appear here once events hit a rule or a model. Read a file with riskengine run, or send events to"
        " POST /v1/events.",
    ),
    "nothing_found": ("没有符合筛选条件的预警。", "No alert fits these filters."),
    "nothing_found_hint": ("放宽或清除筛选条件再试。", "Widen the filters or clear them."),
    "reading_only": (
        "事件由另一进程接收，本页只读取结果，刷新可见最新预警。",
        "Another process takes the events in; this page shows what it stores. Reload for the newest.",
    ),
    # alert
    "reasons": ("理由", "Reasons"),
    "rule_text": ("规则依据", "Rule and article"),
    "instrument": ("文件", "Instrument"),
    "article": ("条款", "Article"),
    "basis": ("依据核对", "Basis"),
    "in_force": ("有效期", "In force"),
    "authority": ("主管机关", "Authority"),
    "filer": ("报送主体", "Filer"),
    "version": ("版本", "Version"),
    "nature": ("规则状态", "Status of the rule"),
    "model_card": ("模型", "Model"),
    "model_note": (
        "模型给出的是线索，不是结论；每一项写明特征、取值及其对评分的作用（对数几率）。",
        "A model gives a lead, not a finding. Each line names a feature, its value and what it did to the score"
        " (log-odds).",
    ),
    "graph": ("证据关系图", "Evidence graph"),
    "graph_note": (
        "箭头为资金方向，旁注金额合计（箭头多时只注最大的几笔）；深色为预警对象。",
        "Arrows show where money went, with its sum (of many arrows the largest only); the subject is dark.",
    ),
    "graph_empty": ("证据事件没有可画的往来。", "The events of the evidence draw no movements."),
    "graph_capped": ("图中只画出往来最多的节点。", "Only the nodes with most movements are drawn."),
    "timeline": ("时间线", "Timeline"),
    "events": ("证据事件", "Events of the evidence"),
    "events_shown": ("显示前 {shown} 条，共 {count} 条", "first {shown} of {count} shown"),
    "event": ("事件", "Event"),
    "kind": ("种类", "Kind"),
    "from": ("从", "From"),
    "to": ("到", "To"),
    "amount": ("金额", "Amount"),
    "position": ("日志位置", "Log position"),
    "not_kept": ("存档中已无此事件", "no longer in the archive"),
    "disposition": ("处置", "Disposition"),
    "disposition_record": ("处置记录", "Disposition record"),
    "no_record": ("尚未处置。", "Nothing decided yet."),
    "decide": ("提交处置", "Submit"),
    "note": ("理由", "Reason"),
    "note_hint": ("写明依据，供复核和审计查阅", "State the grounds; reviewers and auditors read them"),
    "keep_status": ("按处置结果", "As the disposition says"),
    "no_disposition": ("不作处置，仅改状态", "None, change the status only"),
    "decided": ("处置已记录。", "The disposition is recorded."),
    "decide_nothing": (
        "请选择处置结果或状态，并写明理由。",
        "Choose a disposition or a status, and give a reason.",
    ),
    "may_not_decide": ("本角色可查看，不可处置。", "Your role reads and does not decide."),
    "back_to_queue": ("返回预警队列", "Back to the queue"),
    "identifiers": ("标识", "Identifiers"),
    "pseudonym_note": (
        "所有个人和账户标识均为带密钥的哈希。",
        "Persons and accounts are shown as keyed hashes.",
    ),
    "remark": ("说明", "Note"),
    # what a rule is, and how well its text is known
    "nature.law": ("现行规定", "Law in force"),
    "nature.past": ("已被取代的规定", "Superseded law"),
    "nature.draft": ("征求意见稿，仅作影子运行", "Draft, runs in shadow"),
    "nature.typology": ("类型识别：线索，不是违规认定", "Typology: a lead, no finding of a breach"),
    "nature.param": ("本系统参数", "Parameter of this system"),
    "basis.S": ("已核对原文", "Text read"),
    "basis.s": ("据转引，待法务核对", "Second-hand; a lawyer is to check it"),
    "basis.M": ("凭记忆，待核对", "From memory; to be checked"),
    "basis.param": ("本系统参数", "Parameter of this system"),
    "filer.reporting institution": ("报告机构", "Reporting institution"),
    # the criteria by which rules measure
    "criterion.out": ("转出", "Out"),
    "criterion.in": ("转入", "In"),
    "criterion.balance": ("余额", "Balance"),
    "criterion.yuan": ("按金额标准", "By amounts in yuan"),
    "criterion.own level": ("按账户自身常态", "By the account's own level"),
    "criterion.cash 50,000 out": ("现金转出，略低于 5 万元", "Cash out, just under 50,000 yuan"),
    "criterion.cash 50,000 in": ("现金转入，略低于 5 万元", "Cash in, just under 50,000 yuan"),
    "criterion.200,000 out": ("转出，略低于 20 万元", "Out, just under 200,000 yuan"),
    "criterion.200,000 in": ("转入，略低于 20 万元", "In, just under 200,000 yuan"),
    "criterion.500,000 out": ("转出，略低于 50 万元", "Out, just under 500,000 yuan"),
    "criterion.500,000 in": ("转入，略低于 50 万元", "In, just under 500,000 yuan"),
    # verdicts
    "verdict.violation": ("违规", "Violation"),
    "verdict.report": ("大额报告", "Large-value report"),
    "verdict.flag": ("涉嫌", "Suspected"),
    # severities
    "severity.info": ("提示", "Info"),
    "severity.low": ("低", "Low"),
    "severity.medium": ("中", "Medium"),
    "severity.high": ("高", "High"),
    "severity.critical": ("紧急", "Critical"),
    # statuses
    "status.open": ("待处理", "Open"),
    "status.in_review": ("处理中", "In review"),
    "status.closed": ("已办结", "Closed"),
    # dispositions
    "disposition.excluded": ("排除", "Excluded"),
    "disposition.watch": ("持续关注", "Keep watching"),
    "disposition.interview": ("约谈", "Interview"),
    "disposition.rectify": ("责令整改", "Order to rectify"),
    "disposition.police": ("移送公安", "Hand over to the police"),
    "disposition.report": ("报送", "Report"),
    "disposition.suspend": ("暂停业务", "Suspend business"),
    # lines
    "line.third_party_payment": ("第三方支付", "Third-party payment"),
    "line.network_payment": ("网络支付", "Network payment"),
    "line.network_lending": ("网络借贷", "Network lending"),
    "line.micro_credit": ("小额信贷", "Micro-credit"),
    "line.crowdfunding": ("网络众筹", "Crowdfunding"),
    "line.wealth_management": ("网络理财", "Online wealth management"),
    "line.online_insurance": ("网络保险", "Online insurance"),
    "line.network_banking": ("网络银行", "Network banking"),
    "line.cross_border": ("跨境电商支付和结算", "Cross-border e-commerce"),
    # roles
    "role.regulator": ("监管人员", "Regulator"),
    "role.firm": ("机构", "Firm"),
    "role.analyst": ("分析员", "Analyst"),
    "role.reviewer": ("复核员", "Reviewer"),
    "role.auditor": ("审计员", "Auditor"),
    "role.administrator": ("管理员", "Administrator"),
    # models
    "model.fraud_boosting": ("欺诈模型", "Fraud model"),
    "model.laundering_boosting": ("洗钱模型", "Laundering model"),
    "model.default_logistic": ("违约模型", "Default model"),
    # nodes and kinds
    "node.account": ("账户", "Account"),
    "node.party": ("当事人", "Party"),
    "node.platform": ("平台", "Platform"),
    "node.project": ("借款或项目", "Loan or project"),
    "kind.payment": ("支付", "Payment"),
    "kind.loan": ("借款", "Loan"),
    "kind.repay": ("还款", "Repayment"),
    "kind.invest": ("投资", "Investment"),
    "kind.redeem": ("赎回", "Redemption"),
    "kind.withdraw": ("提现", "Withdrawal"),
    "kind.account": ("账户变动", "Account"),
    "kind.guarantee": ("担保", "Guarantee"),
    "kind.transfer_claim": ("债权转让", "Transfer of a claim"),
    # errors
    "error.400": ("请求无法读取", "The request cannot be read"),
    "error.401": ("需要登录", "A login is needed"),
    "error.403": ("没有权限", "Not allowed"),
    "error.404": ("没有找到", "Not found"),
    "error.405": ("此处不能这样操作", "Method not allowed here"),
    "error.413": ("请求过大", "The request is too large"),
    "error.422": ("请求不符合要求", "The request does not fit"),
    "error.500": ("引擎出错", "The engine failed"),
    "error.503": ("引擎暂不能应答", "The engine cannot answer now"),
    "error_hint": (
        "请返回预警队列重试；若仍出现，请把下面的说明转给管理员。",
        "Go back to the queue and try again; if it comes back, give the words below to an administrator.",
    ),
    "reload_hint": ("重新载入页面后再提交一次。", "Load the page again, then submit once more."),
}


class Words:
    """The words of one language.

    Examples
    --------
    >>> Words("zh")("verdict.flag"), Words("en")("verdict.flag")
    ('涉嫌', 'Suspected')
    """

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._index = LANGUAGES.index(language)

    def __call__(self, key: str, **values: object) -> str:
        """The words of a key, with the values put in."""
        return _WORDS[key][self._index].format(**values) if values else _WORDS[key][self._index]

    def of(self, family: str, value: str | None) -> str:
        """The word of a value of a closed set; the value itself where there is no word for it."""
        if value is None:
            return "–"
        return _WORDS.get(f"{family}.{value}", (value, value))[self._index]

    def pick(self, chinese: str, english: str) -> str:
        """One of two texts."""
        return chinese if self.language == "zh" else english


def negotiate(cookie: str | None, accepted: str) -> Language:
    """The language of a page: what was chosen, else the first that the browser accepts, else Chinese.

    Examples
    --------
    >>> negotiate(None, "de-DE,en;q=0.8,zh;q=0.5")
    'en'
    >>> negotiate("zh", "en")
    'zh'
    """
    for language in LANGUAGES:
        if cookie == language:
            return language
    for part in accepted.split(","):
        for language in LANGUAGES:
            if part.strip().lower().startswith(language):
                return language
    return "zh"


def keys() -> tuple[str, ...]:
    """Every key, for the test that no page asks for another."""
    return tuple(_WORDS)
