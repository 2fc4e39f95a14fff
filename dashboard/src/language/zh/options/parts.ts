/** Chinese for options of bridges, plugins, modules, webhooks and the management interface, by their English texts. */

export const partSentences: Readonly<Record<string, string>> = {
  'Whether the management API and the dashboard are served.': '是否提供管理 API 和控制台。',
  'Address that the management interface listens on; the default login admin/public works from this machine alone.':
    '管理接口监听的地址；默认账号 admin/public 只能在本机使用。',
  'Port of the management interface; when nobody configured it and it is taken, the broker goes on without one.':
    '管理接口的端口；没有人配置过而端口已被占用时，服务器在没有管理接口的情况下继续运行。',
  'Certificate of the management interface with its chain, as PEM; it then speaks HTTPS.':
    '管理接口的证书及证书链（PEM）；设置后使用 HTTPS。',
  'Private key of management.certificate_file, as PEM.': 'management.certificate_file 的私钥（PEM）。',
  'Host names under which browsers may ask for the management interface, besides localhost and addresses; * for any.':
    '浏览器可以用来访问管理接口的主机名，localhost 和 IP 地址除外；* 表示任意。',
  'Whether /metrics is answered to everybody who reaches the management interface; otherwise to this machine, and elsewhere to an API key of the scope read.':
    '/metrics 是否对能访问管理接口的所有人开放；否则只对本机开放，别处需要 read 范围的 API 密钥。',
  'Address of the port that serves the HTTP API of EMQX 4 alone.': '只提供 EMQX 4 HTTP API 的端口的地址。',
  'A port more for the HTTP API of EMQX 4, which is 8081 there; plain HTTP.':
    '为 EMQX 4 的 HTTP API 另开的端口，在 EMQX 中为 8081；使用普通 HTTP。',
  'Name of an application that may use the HTTP API of EMQX 4 with every right.':
    '可以以全部权限使用 EMQX 4 HTTP API 的应用的名称。',
  'Secret of management.emqx_api.application_id; the secret public is taken from this machine alone.':
    'management.emqx_api.application_id 的密钥；密钥 public 只在本机有效。',
  'Whether messages to $delayed/SECONDS/TOPIC are kept and published later; their publisher needs permission for both.':
    '是否保存发往 $delayed/SECONDS/TOPIC 的消息并稍后发布；发布者需要两个主题的权限。',
  'Delayed messages that may wait; one more is refused with 0x97.': '可以等待的延迟消息数；超出的以 0x97 拒绝。',
  'Bytes that they may take together in the store.': '延迟消息在存储中总共可占用的字节数。',
  'Rules "publish|subscribe|all FILTER REGEX TOPIC": the first whose filter matches decides, and where its regular expression matches, $1 to $9 are its groups and %c and %u the client; permissions are asked for the topic as it was.':
    '规则 "publish|subscribe|all FILTER REGEX TOPIC"：由第一条过滤器匹配的规则决定；其正则表达式匹配时，$1 到 $9 为各分组，%c 和 %u 为客户端标识和用户名；权限按改写前的主题检查。',
  'Subscriptions that each client gets, as "TOPIC [QOS [NO_LOCAL [RETAIN_AS_PUBLISHED [RETAIN_HANDLING]]]]"; whole levels %c and %u stand for its identifier and user name.':
    '每个客户端自动获得的订阅，写作 "TOPIC [QOS [NO_LOCAL [RETAIN_AS_PUBLISHED [RETAIN_HANDLING]]]]"；整个层级 %c 和 %u 代表客户端标识和用户名。',
  'Whether messages are counted on chosen topics.': '是否统计所选主题的消息。',
  'Topic names that are counted from the start, at most 512; others can be added at run time.':
    '启动时即开始统计的主题名，最多 512 个；其余可在运行时添加。',
  'Address that events are sent to with POST.': '用 POST 发送事件的地址。',
  'Events that are sent, such as client.connected or "message.publish sensors/#"; see plugins.md for all of them.':
    '要发送的事件，例如 client.connected 或 "message.publish sensors/#"；全部事件见 plugins.md。',
  'Headers of each request, as "name: value".': '每个请求的请求头，写作 "name: value"。',
  'Value of the header Authorization, such as "Bearer …".': 'Authorization 请求头的值，例如 "Bearer …"。',
  'How payloads stand in the JSON: as text, where bytes that are no UTF-8 are lost, as base64, or as the base62 of EMQX.':
    '消息内容在 JSON 中的形式：文本（非 UTF-8 的字节会丢失）、base64 或 EMQX 的 base62。',
  'Events in one request: 1 sends each alone as a JSON object, more send arrays.':
    '一个请求中的事件数：1 表示每个事件单独作为一个 JSON 对象发送，更多则发送数组。',
  'Events that may wait in the store; further ones are left out and counted.':
    '可以在存储中等待的事件数；超出的不再发送，但会计数。',
  'Bytes that they may take.': '等待的事件可占用的字节数。',
  'Time until a connection must be there.': '必须在此时间内建立连接。',
  'Time until the answer must be there.': '必须在此时间内收到应答。',
  'Longest pause before what the receiver did not take is sent again; the first is half a second, then they double.':
    '接收方未收下的事件重新发送前的最长间隔；第一次为半秒，之后逐次加倍。',
  'Whether the receiver may be on this machine or in a private network; names are looked at when the connection is made.':
    '接收方是否可以在本机或私有网络中；主机名在建立连接时检查。',
  'Authorities that sign its certificate, as PEM.': '签发其证书的颁发机构（PEM）。',
  'Certificate that the broker shows to it, as PEM.': '服务器向其出示的证书（PEM）。',
  'Private key of that certificate, as PEM.': '该证书的私钥（PEM）。',
  'Whether its certificate is checked.': '是否校验其证书。',
  'Lowest version of TLS.': '最低的 TLS 版本。',
  'Name that its certificate must have.': '其证书必须具有的名称。',
  'The other broker; further entries are tried in turn when it cannot be reached.':
    '对端服务器；无法连接时依次尝试其余条目。',
  'What crosses, as TOPIC DIRECTION QOS LOCAL-PREFIX REMOTE-PREFIX; a prefix is put before the topic on its side, and the first entry that matches names the message.':
    '要转发的内容，写作 TOPIC DIRECTION QOS LOCAL-PREFIX REMOTE-PREFIX；前缀加在各自一侧的主题之前，由第一个匹配的条目决定消息的主题。',
  'When it connects: with the broker and after every failure, when enough messages wait, with the broker only, or when an operator says so.':
    '何时连接：随服务器启动并在每次失败后、积压足够多的消息时、仅随服务器启动，或由操作员决定。',
  'Version of MQTT spoken to the other broker; auto tries 5 and then 3.1.1.':
    '与对端服务器使用的 MQTT 版本；auto 先尝试 5，再尝试 3.1.1。',
  $bridge: '$bridge',
  'Whether the other broker is told, below MQTT 5, that this is a bridge, so that it sends RETAIN as published and our own messages not back; a broker that refuses is asked again without.':
    '在 MQTT 5 以下是否告知对端这是桥接，使其按发布时的值发送 RETAIN，并且不把我们自己的消息发回来；对端拒绝时去掉此标志再试。',
  'as limits.queued_messages_max says': '同 limits.queued_messages_max',
  'as limits.queued_bytes_max says': '同 limits.queued_bytes_max',
  'Messages that wait here for the bridge, on disk where there is a store, while the other broker is away.':
    '对端不在时为桥接在此等待的消息数；有存储时保存在磁盘上。',
  'Bytes of messages that wait here for the bridge; limits.queued_bytes_total_max holds as well.':
    '为桥接在此等待的消息的字节数；limits.queued_bytes_total_max 同样有效。',
  'Address of this machine from which it connects.': '本机用来连接的地址。',
  'Whether the session at the other broker ends with the connection, with everything that waits there.':
    '对端的会话是否随连接结束，连同在那里等待的一切。',
  'Whether what is published here is lost for the bridge while it is down.':
    '桥接断开期间，此处发布的消息是否不再转发。',
  'Client identifier at the other broker.': '在对端服务器上的客户端标识。',
  'Client identifier of the session here in which messages wait; clients are refused under it.':
    '此处保存等待消息的会话的客户端标识；客户端使用它会被拒绝。',
  'User name of its session here, which rules of access can name.': '此处会话的用户名，访问规则可以引用它。',
  'User name at the other broker.': '在对端服务器上的用户名。',
  'Password at the other broker.': '在对端服务器上的密码。',
  'QoS 1 and 2 messages on their way in each direction.': '每个方向上传输中的 QoS 1 和 2 消息数。',
  'Largest packet sent to the other broker; larger messages are left out and counted.':
    '发送给对端服务器的最大报文；更大的消息不发送，但会计数。',
  'Whether retained messages are sent as retained ones.': '保留消息是否仍作为保留消息发送。',
  'Whether topics that only go out are unsubscribed from there, in case an earlier configuration had them.':
    '是否在对端取消订阅只发出的主题，以防先前的配置订阅过它们。',
  'Silence after which the other broker is asked whether it is there; after half as much again it is gone.':
    '静默多久后询问对端是否还在；再过一半时间仍无应答则视为断开。',
  'Shortest wait before it tries again; waits grow at random up to retry_seconds_max.':
    '重试前的最短等待；等待时间随机增长，直到 retry_seconds_max。',
  'Longest wait before it tries again; the same as retry_seconds_min makes every wait the same.':
    '重试前的最长等待；与 retry_seconds_min 相同则每次等待一样长。',
  'Whether it stays at an address that works; otherwise it returns to the first one as soon as that answers.':
    '是否停留在可用的地址；否则第一个地址一有应答就回到它。',
  'With start: lazy, messages that must wait before it connects.': 'start: lazy 时，积压多少条消息后才连接。',
  'With start: lazy, time without messages after which it disconnects.': 'start: lazy 时，多久没有消息后断开。',
  'Whether both brokers are told, by a retained 1 or 0, if the bridge is up.':
    '是否用值为 1 或 0 的保留消息告知两端桥接是否连通。',
  'Whether only this broker is told.': '是否只告知本服务器。',
  'Topic of that message.': '该消息的主题。',
  'Whether it connects with TLS.': '是否使用 TLS 连接。',
  'Certificates of the authorities that the other broker is checked with, as PEM; read at every connection.':
    '用来校验对端服务器的颁发机构证书（PEM）；每次连接时读取。',
  'A folder with such files.': '存放此类文件的目录。',
  'Certificate that is shown to the other broker, as PEM; read at every connection.':
    '向对端服务器出示的证书（PEM）；每次连接时读取。',
  'Protocol name offered in the TLS handshake (ALPN).': 'TLS 握手中提出的协议名称（ALPN）。',
  'Whether the certificate of the other broker must be for its host name; false invites strangers between.':
    '对端服务器的证书是否必须属于其主机名；设为 false 会让陌生人有机可乘。',
  'Oldest version of TLS spoken.': '使用的最低 TLS 版本。',
  'Must be false: OCSP answers cannot be checked, and a bridge that demands them is refused at the start.':
    '必须为 false：无法检查 OCSP 应答，要求它的桥接在启动时会被拒绝。',
  'Identity for TLS with a pre-shared key.': 'TLS 预共享密钥的身份。',
  'The pre-shared key, as hexadecimal digits.': '预共享密钥，以十六进制数字书写。',
  'Name of the package that exports the plugin; it is looked for beside the configuration and above.':
    '导出插件的包的名称；在配置文件所在目录及其上级目录中查找。',
  'File that exports the plugin: a JavaScript module.': '导出插件的文件：一个 JavaScript 模块。',
  'Whether it is loaded at the start, unless an operator has loaded or unloaded it since.':
    '启动时是否加载，除非操作员此后加载或卸载过它。',
  'Whether it runs in a thread of its own, so that a leak, an endless loop or process.exit ends that thread alone.':
    '是否在自己的线程中运行，使内存泄漏、死循环或 process.exit 只终止该线程。',
  'What an isolated plugin may hold, heap and buffers together; its thread is ended above it.':
    '隔离的插件可占用的内存，堆与缓冲区合计；超过时其线程被终止。',
  'Options that the plugin declares, each as "name=value", in YAML also as a map of names and values.':
    '插件声明的选项，各写作 "name=value"，在 YAML 中也可写成名称到值的映射。',
  'Further options that are never shown, as lines of "name=value".': '另外的从不显示的选项，每行一个 "name=value"。',
};
