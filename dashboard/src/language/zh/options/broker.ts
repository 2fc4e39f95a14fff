/** Chinese for options of the broker, its log, its limits and its protocol, by their English texts. */

export const brokerSentences: Readonly<Record<string, string>> = {
  'Whether clients may connect that no source of logins knows, on every listener that does not say it for itself; without_username lets in those that claim no user name; a client whose login was refused is never let in.':
    '是否允许任何认证来源都不认识的客户端连接；适用于没有自行设置的每个监听器。without_username 只放行不带用户名的客户端；登录被拒绝的客户端绝不会被放行。',
  'Name of this broker in $SYS topics.': '本服务器在 $SYS 主题中的名称。',
  'Folder of everything the broker keeps, such as the certificates it makes; created with mode 0700.':
    '保存服务器全部数据（例如自动生成的证书）的目录；以 0700 权限创建。',
  'What an acknowledgement promises: strict means that the disk has it, relaxed that the disk has it within durability.window_seconds_max, memory that it is gone when the broker stops.':
    '确认所代表的承诺：strict 表示已写入磁盘，relaxed 表示在 durability.window_seconds_max 之内写入磁盘，memory 表示服务器停止后即丢失。',
  'How long an acknowledged message may wait for the disk when durability.mode is relaxed.':
    'durability.mode 为 relaxed 时，已确认的消息最多等待多久写入磁盘。',
  'File in which a clean stop leaves a copy of all that is kept; when it is gone at the next start so is the state, and when it is another copy that is read.':
    '正常停止时留下全部数据副本的文件；下次启动时若它已不在，状态也随之清空；若换成了另一份副本，则读取那一份。',
  'Least important kind of line that is logged; -v on the command line means debug.':
    '写入日志的最低级别；命令行中的 -v 表示 debug。',
  'The kinds of lines that are logged, one by one, in place of log.level: error, warning, notice (clients that come and go), information, debug, subscribe, unsubscribe, websockets, internal, all or none; empty for those of log.level.':
    '逐个指定要记录的日志类型，取代 log.level：error、warning、notice（客户端上线与离线）、information、debug、subscribe、unsubscribe、websockets、internal、all 或 none；留空则按 log.level。',
  'Where lines go, all at once: stderr, stdout, file (log.file), syslog, topic ($SYS/broker/log/…), or none; a broker in the background writes to the file instead of stderr and stdout.':
    '日志的去向，可同时有多个：stderr、stdout、file（log.file）、syslog、topic（$SYS/broker/log/…）或 none；在后台运行的服务器写入文件，而不写 stderr 和 stdout。',
  'File of the destination file; opened again at SIGHUP.': '去向为 file 时的日志文件；收到 SIGHUP 时重新打开。',
  'Size above which the file is moved aside, to log.file with .1 at its end, and a new one begins.':
    '文件超过此大小时移为 log.file 加 .1 的名称，并开始一个新文件。',
  'How many files are kept that were moved aside; the oldest goes first.': '保留多少个移走的旧文件；最旧的先删除。',
  'What a line looks like: text with fields, one JSON object, or as Mosquitto writes it, with its words for clients that come and go.':
    '日志行的格式：带字段的文本、一个 JSON 对象，或 Mosquitto 的写法（用其词语记录客户端的上线与离线）。',
  'Whether clients that come and go are worth a line at the level info rather than debug; a login that is refused has its line always.':
    '客户端上线与离线是否以 info 而不是 debug 级别记录；被拒绝的登录总会记录。',
  'Whether lines on stderr, on stdout and in the file begin with the time.':
    'stderr、stdout 和文件中的日志行是否以时间开头。',
  'Form of the time, with the signs of strftime: %Y-%m-%dT%H:%M:%S.':
    '时间格式，使用 strftime 的符号：%Y-%m-%dT%H:%M:%S。',
  'Facility of lines for syslog.': '写入 syslog 时使用的 facility。',
  'Unix socket of syslog.': 'syslog 的 Unix 套接字。',
  'File for the number of the process, removed at the end.': '保存进程号的文件，进程结束时删除。',
  'User that the process becomes, with the groups of that user, once everything is open; only a process of root can become another.':
    '一切打开之后进程切换到的用户（连同其用户组）；只有 root 的进程才能切换。',
  'What a client is told whose login is refused or that nobody knows: "bad user name or password" (0x86, before MQTT 5 code 4) or "not authorized" (0x87, code 5).':
    '登录被拒绝或无人认识的客户端收到的原因："bad user name or password"（0x86，MQTT 5 之前为代码 4）或 "not authorized"（0x87，代码 5）。',
  'Whether a client that shows nothing, neither user name and password nor a certificate, is refused before any source is asked and whatever allow_anonymous says, where a source of logins is configured.':
    '配置了认证来源时，既没有用户名和密码也没有证书的客户端，是否不问任何来源、也不论 allow_anonymous 如何，直接拒绝。',
  'Passwords under bcrypt, PBKDF2 or scrypt that are checked at the same time; Node has four threads for this and for the disk, unless UV_THREADPOOL_SIZE says otherwise.':
    '同时校验的 bcrypt、PBKDF2 或 scrypt 密码数；Node 为此和磁盘共有四个线程，除非 UV_THREADPOOL_SIZE 另有规定。',
  'Such checks that wait for their turn; a further login is refused as "server busy" (0x89).':
    '排队等待的此类校验数；再有登录则以 "server busy"（0x89）拒绝。',
  'How long a right password under a slow hash is remembered, so that clients that come back cost nothing; what is remembered is a keyed hash, and a password that was changed is checked again.':
    '慢速散列的正确密码记住多久，使重新连接的客户端不再付出代价；记住的是带密钥的散列值，密码更改后会重新校验。',
  'Right passwords remembered; the one used longest ago goes when there are more.':
    '记住的正确密码数；超出时最久未使用的先被忘记。',
  'What holds when no source of permissions speaks of a topic.': '没有任何权限来源涉及某个主题时如何处理。',
  'Who may subscribe to topics of $SYS where no source of permissions speaks of them, superusers apart: clients on this machine, or everybody for whom permissions.unmatched is allow.':
    '没有权限来源涉及 $SYS 主题时谁可以订阅（超级用户不受限制）：本机的客户端，或 permissions.unmatched 为 allow 时的所有人。',
  'Who may publish and subscribe without any source being asked: bridges, and callers of the HTTP API and the dashboard (api); Mosquitto never asks about its bridges, and EMQX about neither.':
    '谁可以不问任何来源就发布和订阅：bridges，以及 HTTP API 和控制台的调用者（api）；Mosquitto 从不检查其桥接，EMQX 两者都不检查。',
  'Whether a retained message is given to a new subscription only while its publisher may still publish it; who it was is kept with the message, so those that were retained before this was switched on are given to everybody.':
    '保留消息是否只在其发布者仍有发布权限时才发给新的订阅；发布者随消息一同保存，因此开启之前保留的消息会发给所有人。',
  'Bytes of payloads at QoS 1 and 2 unacknowledged towards a client, from which on further messages wait in its queue.':
    '发给一个客户端而尚未确认的 QoS 1 和 2 消息内容达到多少字节后，后续消息在其队列中等待。',
  'Topics whose permissions are remembered for each connection; the oldest goes when there are more.':
    '每个连接记住多少个主题的权限；超出时最旧的先被忘记。',
  'How long they are remembered, which is how long a change in a database may go unnoticed; changes that the broker itself makes or reads hold at once.':
    '权限记住多久，即数据库中的更改最多多久不被察觉；服务器自己所做或读取的更改立即生效。',
  'Bans kept, those of the detection of flapping included; a further one is refused.':
    '保存的封禁数，包括抖动检测产生的封禁；超出时拒绝新增。',
  'Whether a client identifier that logs in too often within a time is banned for a while; logins that are refused are not counted, so that nobody can have others banned.':
    '是否暂时封禁在一段时间内登录过于频繁的客户端标识；被拒绝的登录不计入，因此无人能借此让别人被封禁。',
  'The login within flapping.window_seconds with which a client is banned.':
    '在 flapping.window_seconds 之内第几次登录时封禁客户端。',
  'Time within which logins are counted, from the first of them.': '统计登录次数的时间段，从第一次登录算起。',
  'How long such a client is banned.': '此类客户端的封禁时长。',
  'Largest packet accepted; MQTT 5 clients are told it as Maximum Packet Size, and a larger one disconnects.':
    '接受的最大报文；MQTT 5 客户端会收到 Maximum Packet Size，更大的报文会导致断开连接。',
  'Largest payload accepted; a message with a larger one is acknowledged and dropped, and its sender stays connected.':
    '接受的最大消息内容；更大的消息会被确认后丢弃，发送者保持连接。',
  'Largest CONNECT accepted, will and password included, because its sender is not known yet.':
    '接受的最大 CONNECT 报文（含遗嘱和密码），因为此时尚不知道发送者是谁。',
  'Time from the connection to the end of the login; a connection that takes longer is closed.':
    '从建立连接到登录完成的时间；超时的连接会被关闭。',
  'Time that a permission check, a hook or a commit may keep one client waiting; what is not answered by then is refused.':
    '权限检查、钩子或提交可以让一个客户端等待的时间；届时没有结果的按拒绝处理。',
  'Longest client identifier accepted.': '接受的最长客户端标识。',
  'Most levels of a topic name or filter, in PUBLISH, SUBSCRIBE, UNSUBSCRIBE and wills.':
    'PUBLISH、SUBSCRIBE、UNSUBSCRIBE 和遗嘱中，主题名或主题过滤器的最多层级数。',
  'Longest topic name or filter, in PUBLISH, SUBSCRIBE, UNSUBSCRIBE and wills.':
    'PUBLISH、SUBSCRIBE、UNSUBSCRIBE 和遗嘱中，主题名或主题过滤器的最大长度。',
  'Most user properties in one packet.': '一个报文中的最多用户属性数。',
  'Most topic filters in one SUBSCRIBE or UNSUBSCRIBE.': '一个 SUBSCRIBE 或 UNSUBSCRIBE 中的最多主题过滤器数。',
  'Most subscriptions of one client; a further one is refused with 0x97.':
    '一个客户端的最多订阅数；超出的以 0x97 拒绝。',
  "Bytes of the filters of one client's subscriptions, all together; a further one is refused with 0x97.":
    '一个客户端全部订阅的主题过滤器的总字节数；超出的以 0x97 拒绝。',
  'QoS 1 and 2 messages that a client may have unacknowledged towards the broker (Receive Maximum).':
    '客户端可以发给服务器而尚未确认的 QoS 1 和 2 消息数（Receive Maximum）。',
  'QoS 1 and 2 messages unacknowledged towards a client; its own Receive Maximum holds where it is smaller.':
    '发给客户端而尚未确认的 QoS 1 和 2 消息数；客户端自己的 Receive Maximum 更小时以它为准。',
  'Messages that wait in one session, above those in flight.': '一个会话中排队的消息数，不含传输中的消息。',
  'Bytes of messages that wait in one session, above those in flight.':
    '一个会话中排队消息的字节数，不含传输中的消息。',
  'Whether QoS 0 messages wait for clients that are away, too, within the same limits.':
    '是否也为离线的客户端排队 QoS 0 消息，限额相同。',
  'Which message goes when the queue of a session is full.': '会话队列已满时丢弃哪条消息。',
  'Bytes that wait to be written to one connection before QoS 0 is dropped and QoS 1 and 2 stay queued.':
    '一个连接待写出的字节数达到多少后，丢弃 QoS 0 消息，QoS 1 和 2 消息留在队列中。',
  'Longest time that the session of an absent client is kept, whatever the client asks for.':
    '离线客户端的会话最多保留多久，无论客户端要求多少。',
  'How long the session of an absent client below MQTT 5 is kept, which cannot ask for a time; limits.session_expiry_seconds_max holds where it is shorter.':
    'MQTT 5 以下的客户端无法要求时长，其离线会话保留多久；limits.session_expiry_seconds_max 更短时以它为准。',
  'Topic aliases of one connection, in each direction.': '一个连接在每个方向上的主题别名数。',
  'Longest keep alive granted to MQTT 5 clients, which are told it as Server Keep Alive.':
    '允许 MQTT 5 客户端的最长保活时间，以 Server Keep Alive 告知。',
  'Whether clients below MQTT 5, which cannot be told of a shorter keep alive, are refused when they ask for a longer one than limits.keep_alive_seconds_max.':
    'MQTT 5 以下的客户端无法被告知更短的保活时间；它们要求的时间超过 limits.keep_alive_seconds_max 时是否拒绝。',
  'Retained messages kept; when it is reached only topics that have one already are replaced.':
    '保存的保留消息数；达到后只能替换已有保留消息的主题。',
  'Bytes of retained messages kept, all together.': '全部保留消息的总字节数。',
  'Bytes of messages that wait in all sessions together, in memory or on disk; above it a further message is dropped for the session that it would have to wait in.':
    '所有会话中排队消息的总字节数，无论在内存还是磁盘；超出后，新消息对需要排队的会话会被丢弃。',
  'Sessions kept, those of absent clients included; a further client is refused with 0x97.':
    '保存的会话数，包括离线客户端的会话；超出的客户端以 0x97 拒绝。',
  'Connections of the whole broker; a further one is closed.': '整个服务器的连接数；超出的连接会被关闭。',
  'Messages accepted from one client each second; above it the client is not read for a while.':
    '每秒从一个客户端接受的消息数；超出时暂停读取该客户端。',
  'Bytes accepted from one client each second; above it the client is not read for a while.':
    '每秒从一个客户端接受的字节数；超出时暂停读取该客户端。',
  'Highest QoS granted; a message published above it disconnects, as MQTT 5 demands.':
    '允许的最高 QoS；按 MQTT 5 的要求，以更高 QoS 发布消息会被断开连接。',
  'Whether a message is sent at the QoS of the subscription even where it was published at a lower one.':
    '消息以较低的 QoS 发布时，是否仍按订阅的 QoS 发送。',
  'How client identifiers must begin; clients with others are refused, and an empty text refuses nobody.':
    '客户端标识必须以什么开头；其他客户端会被拒绝，留空则不拒绝任何客户端。',
  'Whether clients may publish retained messages.': '客户端是否可以发布保留消息。',
  'Whether clients may subscribe to filters with wildcards.': '客户端是否可以订阅带通配符的主题过滤器。',
  'Whether clients may use shared subscriptions.': '客户端是否可以使用共享订阅。',
  'Whether MQTT 5 clients may give identifiers to their subscriptions.': 'MQTT 5 客户端是否可以为订阅指定标识符。',
  'Whether a message that several subscriptions of one client match is sent once, at the highest QoS with all their identifiers, or once for each, or once for each to clients of MQTT 5 alone.':
    '一条消息匹配同一客户端的多个订阅时，是以最高 QoS 带上全部订阅标识符只发送一次，还是每个订阅各发送一次，或仅对 MQTT 5 客户端各发送一次。',
  'Text given to MQTT 5 clients that ask for Response Information; %c becomes the client identifier, and an empty text gives none.':
    '提供给请求 Response Information 的 MQTT 5 客户端的文本；%c 替换为客户端标识，留空则不提供。',
  'Whether clients below MQTT 5 get the messages that they publish themselves where they subscribe to them; MQTT 5 clients say that with each subscription.':
    'MQTT 5 以下的客户端是否会收到自己发布并订阅的消息；MQTT 5 客户端在每个订阅中自行说明。',
  'What a publish without permission costs the client: the message, or the connection as well.':
    '没有权限的发布让客户端失去什么：仅这条消息，还是连同连接。',
  'What a will without permission costs the client: the connection, of which it is told at once, or the will alone, for which the rules are asked when it is to be published.':
    '没有权限的遗嘱让客户端失去什么：连接（立即告知客户端），还是仅这条遗嘱（在发布时才检查规则）。',
  'Who may continue or end a session by its client identifier: only the user whose login began it, or whoever comes; sessions of anonymous clients are open to all.':
    '谁可以凭客户端标识继续或结束一个会话：只有当初登录的用户，还是任何人；匿名客户端的会话对所有人开放。',
  'How the member of a shared subscription that gets a message is chosen.': '如何选择接收消息的共享订阅成员。',
  'Whether $SYS/brokers/NODE/clients/CLIENT/connected and …/disconnected tell that clients come and go; nothing is made of which nobody wants to know.':
    '是否用 $SYS/brokers/NODE/clients/CLIENT/connected 和 …/disconnected 通知客户端上线与离线；无人关心时不产生任何消息。',
  'Highest QoS at which it is told.': '发送通知的最高 QoS。',
  'Which $SYS topics there are: those of EMQX 4 below $SYS/brokers, those of Mosquitto below $SYS/broker, both, or none; presence and alarms have nothing to do with it.':
    '提供哪些 $SYS 主题：$SYS/brokers 下 EMQX 4 的主题、$SYS/broker 下 Mosquitto 的主题、两者都有或都没有；与上下线通知和告警无关。',
  'How often version, description, stats and metrics are published below $SYS/brokers.':
    '多久在 $SYS/brokers 下发布一次 version、description、stats 和 metrics。',
  'How often uptime and datetime are published below $SYS/brokers.':
    '多久在 $SYS/brokers 下发布一次 uptime 和 datetime。',
  'How often the topics below $SYS/broker are published, each only when its value has changed.':
    '多久发布一次 $SYS/broker 下的主题，每个主题仅在值变化时发布。',
  'Whether it is counted which topics have most messages, which costs some hundred nanoseconds for each message; it can be switched on and off while the broker runs, too.':
    '是否统计消息最多的主题，每条消息约耗费数百纳秒；也可在运行时开启和关闭。',
  'Topics that are counted at the same time; one that is seldom makes room for one that is new.':
    '同时统计的主题数；很少出现的主题会让位给新的主题。',
  'Sections of the configuration file that count as not written; the management interface keeps here which ones were removed at run time.':
    '配置文件中视为未写的配置段；管理接口在此记录运行时删除了哪些配置段。',
};
