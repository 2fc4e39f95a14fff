/** Chinese for options of sources of logins and permissions, by their English texts. */

export const accessSentences: Readonly<Record<string, string>> = {
  'Whether the connections of a user end when it is removed, gets another password or is a superuser no more; otherwise they stay until they end by themselves, as with EMQX 4.3.':
    '用户被删除、更换密码或不再是超级用户时，其连接是否随之断开；否则像 EMQX 4.3 那样保持到自行结束。',
  'Kind of the source; needed only where none of its options is given.': '来源的类型；仅在没有给出其任何选项时才需要。',
  'Whether the source is used; a section that is switched off is checked and otherwise ignored.':
    '是否使用此来源；关闭的段会被检查，但不起作用。',
  'Place in the chains: sources with a smaller number are asked first, those with the same one as they are written.':
    '在链中的位置：数字小的先被询问，相同的按书写顺序。',
  'What holds while the source cannot answer: deny refuses logins as "server unavailable" and denies permissions, ignore asks the next source as if this one knew nothing.':
    '来源无法应答时如何处理：deny 以 "server unavailable" 拒绝登录并拒绝权限，ignore 询问下一个来源，如同此来源一无所知。',
  'What a client is told whom this source refuses; where it differs from that of unknown clients, strangers learn which users there are.':
    '此来源拒绝的客户端收到的原因；若与未知客户端的不同，外人就能探知有哪些用户。',
  'Time for one answer; a source that takes longer has failed, and on_failure decides.':
    '一次应答的时限；超时视为失败，由 on_failure 决定。',
  'Names of the listeners whose clients the source is asked about; an empty list means all of them.':
    '为哪些监听器的客户端询问此来源；列表为空表示全部。',
  'How new passwords are stored; passwords that are stored already are read whatever they are.':
    '新密码的存储方式；已存储的密码无论何种方式都能读取。',
  'The cost of new passwords where password_hash is pbkdf2.': 'password_hash 为 pbkdf2 时新密码的计算代价。',
  'Whether users may log in with SCRAM-SHA-256 and SCRAM-SHA-512 (MQTT 5), and new passwords are stored for that too.':
    '用户是否可以用 SCRAM-SHA-256 和 SCRAM-SHA-512（MQTT 5）登录，新密码也为此保存。',
  'The cost of new passwords for SCRAM; small devices need seconds for many thousands.':
    '新密码用于 SCRAM 的计算代价；次数达到数千时，小型设备需要数秒。',
  "Whether the password of a client that is known by its user name and by its Client Identifier must be that of both, or of any of them as in EMQX 4.3: each then stands for names that are somebody else's.":
    '客户端的用户名和客户端标识都有记录时，密码必须同时符合两者，还是像 EMQX 4.3 那样符合任意一个即可：后者意味着每个密码都可用于属于他人的名称。',
  'Whether a password of an unknown user takes as long as a wrong one; turn it off where most clients are known to a later source only.':
    '未知用户的密码校验是否与错误密码耗时相同；若多数客户端只有后面的来源才认识，请关闭。',
  'Users by user name that must exist, one in a line, NAME:PASSWORD or ["NAME", "PASSWORD"]; what is stored already is never overwritten.':
    '必须存在的用户（按用户名），每行一个 NAME:PASSWORD 或 ["NAME", "PASSWORD"]；已存储的绝不会被覆盖。',
  'Users by user name that must exist and skip every check of permissions, one in a line, NAME:PASSWORD or ["NAME", "PASSWORD"]; what is stored already is never overwritten.':
    '必须存在且跳过一切权限检查的用户（按用户名），每行一个 NAME:PASSWORD 或 ["NAME", "PASSWORD"]；已存储的绝不会被覆盖。',
  'Users by Client Identifier that must exist, one in a line, NAME:PASSWORD or ["NAME", "PASSWORD"]; what is stored already is never overwritten.':
    '必须存在的用户（按客户端标识），每行一个 NAME:PASSWORD 或 ["NAME", "PASSWORD"]；已存储的绝不会被覆盖。',
  'File of users as mosquitto_passwd writes it; it is read again at SIGHUP.':
    'mosquitto_passwd 写出的用户文件；收到 SIGHUP 时重新读取。',
  'File of rules in the language of EMQX 4 (acl.conf); it is read again at SIGHUP.':
    '以 EMQX 4 的语言书写的规则文件（acl.conf）；收到 SIGHUP 时重新读取。',
  'Whether a file without any rule is accepted, so that the other sources decide everything.':
    '是否接受没有任何规则的文件，即一切由其他来源决定。',
  'File of rules in the language of Mosquitto (acl_file); it is read again at SIGHUP.':
    '以 Mosquitto 的语言书写的规则文件（acl_file）；收到 SIGHUP 时重新读取。',
  'What holds when no rule of the file speaks of a topic: it is denied, as in Mosquitto, or the next source is asked.':
    '文件中没有规则涉及某个主题时如何处理：像 Mosquitto 那样拒绝，或询问下一个来源。',
  'Whether a file without any rule is accepted; with unmatched deny nobody may then do anything.':
    '是否接受没有任何规则的文件；unmatched 为 deny 时，任何人都将什么也不能做。',
  'File of clients, groups and roles as "mosquitto_ctrl dynsec init" makes it; commands on $CONTROL/dynamic-security/v1 change it, and it is read again at SIGHUP.':
    '"mosquitto_ctrl dynsec init" 生成的客户端、组和角色文件；由 $CONTROL/dynamic-security/v1 上的命令修改，收到 SIGHUP 时重新读取。',
  'Where PostgreSQL is: host and port, or the path of its Unix socket.':
    'PostgreSQL 的位置：主机和端口，或其 Unix 套接字的路径。',
  'User of the database; it needs no more than SELECT on the tables of the queries.':
    '数据库用户；只需要对查询所用表的 SELECT 权限。',
  'Password of that user.': '该用户的密码。',
  'Name of the database.': '数据库的名称。',
  "Query that gives the stored password of a client in the first column or the one named password, with the salt in the second or the one named salt; the first row counts, no row means that the client is not known here (where the query asks about '%P', that it is refused), and '%u', '%c', '%P', '%a', '%C' and '%d' stand for user name, client id, password, address, and common name and subject of the certificate; empty for no logins.":
    "查询客户端的已存储密码，位于第一列或名为 password 的列，盐位于第二列或名为 salt 的列；以第一行为准，没有行表示此处不认识该客户端（查询中用到 '%P' 时表示拒绝）；'%u'、'%c'、'%P'、'%a'、'%C' 和 '%d' 代表用户名、客户端标识、密码、地址以及证书的 Common Name 和主体；留空则不处理登录。",
  'How passwords are stored: plain, md5, sha, sha256, sha512, any of these with "salt," before or ",salt" after it, bcrypt, or "pbkdf2, sha256, 1000, 20" with digest, iterations and bytes.':
    '密码的存储方式：plain、md5、sha、sha256、sha512，其中任一可在前加 "salt," 或在后加 ",salt"，以及 bcrypt，或写明摘要、次数和字节数的 "pbkdf2, sha256, 1000, 20"。',
  'Query that gives true or 1 for a client that may do everything; where it fails nobody is a superuser, and empty asks nothing.':
    '对拥有全部权限的客户端返回 true 或 1 的查询；查询失败时无人是超级用户，留空则不查询。',
  'Query that gives the permissions of a client in the columns allow, ipaddr, username, clientid, access and topic; the last row that speaks of a request decides.':
    '以 allow、ipaddr、username、clientid、access 和 topic 列返回客户端权限的查询；由最后一条涉及该请求的行决定。',
  'Connections to PostgreSQL, opened when they are needed.': '到 PostgreSQL 的连接数，需要时才打开。',
  'Questions that may wait for a connection; what comes beyond fails.': '可以等待连接的查询数；超出的视为失败。',
  'Time until a connection must be there, login and TLS included.': '必须在此时间内建立连接，包括登录和 TLS。',
  'Time until a question must be answered, waiting included.': '必须在此时间内得到应答，包括等待时间。',
  'Longest pause between two attempts to reach PostgreSQL while it is down; the first are shorter.':
    'PostgreSQL 不可用时两次重连之间的最长间隔；最初的间隔较短。',
  'Whether connections to PostgreSQL are encrypted; a server that does not encrypt is then not asked.':
    '到 PostgreSQL 的连接是否加密；开启后不会询问不加密的服务器。',
  'Authorities that sign the certificate of the server, as PEM; the file is read again at SIGHUP.':
    '签发该服务器证书的颁发机构（PEM）；收到 SIGHUP 时重新读取。',
  'Certificate that the broker shows to the server, as PEM; the file is read again at SIGHUP.':
    '向该服务器出示的证书（PEM）；收到 SIGHUP 时重新读取。',
  'Private key of that certificate, as PEM; the file is read again at SIGHUP.':
    '该证书的私钥（PEM）；收到 SIGHUP 时重新读取。',
  'Whether the certificate of the server must be signed by one of the authorities and have its name.':
    '该服务器的证书是否必须由上述颁发机构之一签发并具有其名称。',
  'Name that the certificate must have, or disable to accept any name.':
    '证书必须具有的名称；disable 表示接受任何名称。',
  'Oldest version of TLS that is spoken with PostgreSQL.': '与 PostgreSQL 通信的最低 TLS 版本。',
  'How texts travel between the broker and PostgreSQL, which converts them; MQTT knows UTF-8 alone.':
    '与 PostgreSQL 之间文本的编码，由其负责转换；MQTT 只使用 UTF-8。',
  'Where MySQL or MariaDB is: host and port, or the path of its Unix socket.':
    'MySQL 或 MariaDB 的位置：主机和端口，或其 Unix 套接字的路径。',
  "Query that gives the stored password of a client with a column named password and, where password_hash needs one, a column named salt; the first row counts, no row means that the client is not known here (where the query asks about '%P', that it is refused), and '%u', '%c', '%P', '%a', '%C' and '%d' stand for user name, client id, password, address, and common name and subject of the certificate; empty for no logins.":
    "查询客户端的已存储密码，位于名为 password 的列，password_hash 需要盐时另有名为 salt 的列；以第一行为准，没有行表示此处不认识该客户端（查询中用到 '%P' 时表示拒绝）；'%u'、'%c'、'%P'、'%a'、'%C' 和 '%d' 代表用户名、客户端标识、密码、地址以及证书的 Common Name 和主体；留空则不处理登录。",
  'Connections to MySQL or MariaDB, opened when they are needed.': '到 MySQL 或 MariaDB 的连接数，需要时才打开。',
  'Longest pause between two attempts to reach MySQL or MariaDB while it is down; the first are shorter.':
    'MySQL 或 MariaDB 不可用时两次重连之间的最长间隔；最初的间隔较短。',
  'Whether connections to MySQL or MariaDB are encrypted; a server that does not encrypt is then not asked.':
    '到 MySQL 或 MariaDB 的连接是否加密；开启后不会询问不加密的服务器。',
  'Name that the certificate must have, or disable to accept any name; for a server that is given by its address it is needed.':
    '证书必须具有的名称；disable 表示接受任何名称；以 IP 地址给出服务器时必须设置。',
  'Oldest version of TLS that is spoken with MySQL or MariaDB.': '与 MySQL 或 MariaDB 通信的最低 TLS 版本。',
  'Whether server names one Redis, the Sentinels that know which one it is, or nodes of a Redis Cluster.':
    'server 指的是单个 Redis、知道它在哪里的 Sentinel，还是 Redis Cluster 的节点。',
  'Where it is, or where they are: host and port, or for one Redis the path of its Unix socket.':
    '其位置（一个或多个）：主机和端口；单个 Redis 也可以是其 Unix 套接字的路径。',
  'Name by which the Sentinels know the Redis that is to be asked.': 'Sentinel 所知的目标 Redis 的名称。',
  'Password for the Sentinels.': 'Sentinel 的密码。',
  'User of Redis 6 and later; it needs no more than the commands below, on the keys that they name.':
    'Redis 6 及以上版本的用户；只需要能在相应的键上使用下列命令。',
  'Number of the database; a Redis Cluster has only 0.': '数据库的编号；Redis Cluster 只有 0。',
  'Command (GET, MGET, HGET, HMGET or HGETALL) that gives the stored password of a client, and the salt second or as a field named salt; no value means that the client is not known here, and %u, %c, %C and %d stand for user name, client id, and common name and subject of the certificate; empty for no logins.':
    '给出客户端已存储密码的命令（GET、MGET、HGET、HMGET 或 HGETALL），盐为第二个值或名为 salt 的字段；没有值表示此处不认识该客户端；%u、%c、%C 和 %d 代表用户名、客户端标识以及证书的 Common Name 和主体；留空则不处理登录。',
  'Command that gives 1 for a client that may do everything; where it fails nobody is a superuser, and empty asks nothing.':
    '对拥有全部权限的客户端返回 1 的命令；命令失败时无人是超级用户，留空则不询问。',
  'Command (HGETALL) that gives what a client may do, such as "HGETALL mqtt_acl:%u": topic filters, each with 1 (subscribe), 2 (publish) or 3 (both); what is not among them is denied, but where there are none at all the next source is asked.':
    '给出客户端权限的命令（HGETALL），例如 "HGETALL mqtt_acl:%u"：每个主题过滤器对应 1（订阅）、2（发布）或 3（两者）；不在其中的一律拒绝，但完全没有时询问下一个来源。',
  'Commands that may wait for their answer; what comes beyond fails.': '可以等待应答的命令数；超出的视为失败。',
  'Time until a connection must be there, TLS included.': '必须在此时间内建立连接，包括 TLS。',
  'Time until a command must be answered; while Redis is down commands fail at once.':
    '必须在此时间内得到命令的应答；Redis 不可用时命令立即失败。',
  'Longest pause between two attempts to reach Redis while it is down; the first are shorter.':
    'Redis 不可用时两次重连之间的最长间隔；最初的间隔较短。',
  'Whether connections to Redis, and to Sentinels, are encrypted.': '到 Redis 和 Sentinel 的连接是否加密。',
  'Authorities that sign the certificate of Redis, as PEM; the file is read again at SIGHUP.':
    '签发 Redis 证书的颁发机构（PEM）；收到 SIGHUP 时重新读取。',
  'Certificate that the broker shows to Redis, as PEM; the file is read again at SIGHUP.':
    '向 Redis 出示的证书（PEM）；收到 SIGHUP 时重新读取。',
  'Whether the certificate of Redis must be signed by one of the authorities and have its name.':
    'Redis 的证书是否必须由上述颁发机构之一签发并具有其名称。',
  'Oldest version of TLS that is spoken with Redis.': '与 Redis 通信的最低 TLS 版本。',
  'Address that is asked whether a client may come in: 200 is a yes unless the text is ignore (not known here) or deny, 400 to 499 is a no, everything else is a failure; an answer in JSON may say result, is_superuser, username, acl and expire_at; placeholders may stand in path and query, where %c before two hexadecimal digits is an encoded character.':
    '询问客户端可否登录的地址：200 为允许（除非文本为 ignore（此处不认识）或 deny），400 到 499 为拒绝，其余视为失败；JSON 应答可包含 result、is_superuser、username、acl 和 expire_at；路径和查询中可使用占位符，其中 %c 后跟两个十六进制数字表示编码的字符。',
  'Whether the parameters are sent in the body (post) or in the address (get).':
    '参数放在请求体中（post）还是地址中（get）。',
  'How the body is written: application/x-www-form-urlencoded, where what a client does not say is left out, or application/json, where it is null and a password that is not UTF-8 is refused.':
    '请求体的写法：application/x-www-form-urlencoded（客户端没有提供的项省略）或 application/json（没有提供的项为 null，非 UTF-8 的密码会被拒绝）。',
  'Parameters; %u, %c, %P, %a, %p, %r, %C and %d stand for user name, client id, password, address, port of the listener, protocol, and common name and subject of the certificate.':
    '参数；%u、%c、%P、%a、%p、%r、%C 和 %d 代表用户名、客户端标识、密码、地址、监听器端口、协议以及证书的 Common Name 和主体。',
  'Address that is asked after a login whether the client is a superuser: 200 is a yes.':
    '登录后询问客户端是否为超级用户的地址：200 为是。',
  'Address that is asked whether a client may publish or subscribe to a topic, with answers as for logins; %A is 1 for subscribe and 2 for publish, %t the topic.':
    '询问客户端可否发布或订阅某个主题的地址，应答与登录相同；%A 为 1 表示订阅、2 表示发布，%t 为主题。',
  'What counts as a yes: the status 200 alone, as in EMQX 4, or only an answer in JSON whose result is allow.':
    '什么算作允许：像 EMQX 4 那样只看状态 200，或只接受 result 为 allow 的 JSON 应答。',
  'Headers that every question has, each as "name: value".': '每个请求的请求头，各写作 "name: value"。',
  'Value of the header Authorization, such as "Bearer …", by which the service knows the broker.':
    'Authorization 请求头的值，例如 "Bearer …"，服务以此识别本服务器。',
  'Connections to a web service at the same time; they are kept open.':
    '同时连接到一个 Web 服务的连接数；连接会保持打开。',
  'Time until the whole answer must be there, waiting and connecting included.':
    '必须在此时间内收到完整的应答，包括等待和连接。',
  'Longest answer; a longer one counts as a failure.': '最长的应答；更长的视为失败。',
  'Whether services on this machine and in private networks may be asked; false also refuses names that resolve to such an address when the connection is made.':
    '是否可以询问本机和私有网络中的服务；false 也会拒绝在连接时解析到此类地址的主机名。',
  'Authorities that sign the certificate of the web service, as PEM; the file is read again at SIGHUP.':
    '签发 Web 服务证书的颁发机构（PEM）；收到 SIGHUP 时重新读取。',
  'Certificate that the broker shows to the web service, as PEM; the file is read again at SIGHUP.':
    '向 Web 服务出示的证书（PEM）；收到 SIGHUP 时重新读取。',
  'Whether the certificate of the web service must be signed by one of the authorities and have its name.':
    'Web 服务的证书是否必须由上述颁发机构之一签发并具有其名称。',
  'Oldest version of TLS that is spoken with the web service.': '与 Web 服务通信的最低 TLS 版本。',
  'Secret of tokens signed with HS256, HS384 or HS512; whoever knows it can make tokens.':
    '以 HS256、HS384 或 HS512 签名的令牌的密钥；知道它的人就能制作令牌。',
  'Whether the secret is written in Base64 (or its form for addresses).': '密钥是否以 Base64（或其 URL 形式）书写。',
  'Public keys or certificates in PEM, of RSA (2,048 bits and more), EC (P-256, P-384, P-521) or Ed25519; the file is read again at SIGHUP.':
    'PEM 格式的公钥或证书：RSA（2,048 位及以上）、EC（P-256、P-384、P-521）或 Ed25519；收到 SIGHUP 时重新读取。',
  'Address of a JSON Web Key Set with public keys.': '含公钥的 JSON Web Key Set 的地址。',
  'Age at which the key set is fetched again; one with an unknown key is fetched sooner.':
    '密钥集多久之后重新获取；遇到未知的密钥时会提前获取。',
  'How long beyond that age keys still count while they cannot be fetched; then logins fail.':
    '超过该时间而无法获取时，密钥还有效多久；之后登录失败。',
  'Time until the key set must be there.': '必须在此时间内取得密钥集。',
  'Largest key set.': '密钥集的最大大小。',
  'Whether the key set may lie on this machine or in a private network.': '密钥集是否可以位于本机或私有网络中。',
  'Where a client sends its token; one that sends nothing there is not known here.':
    '客户端在哪里发送令牌；没有发送的客户端此处不认识。',
  'What holds for a client that sends something else than a token: it is refused, or, as in EMQX 4, the next source is asked, which is needed where other clients have passwords.':
    '客户端发送的不是令牌时如何处理：拒绝，或像 EMQX 4 那样询问下一个来源；其他客户端使用密码时需要后者。',
  'Claims that a token must have, each as claim=value, where %u and %c stand for user name and client id; of a claim that is a list one entry must be equal.':
    '令牌必须具有的声明，各写作 claim=value，其中 %u 和 %c 代表用户名和客户端标识；声明为列表时，其中一项相等即可。',
  'How far the clocks of the broker and of who makes tokens may differ.': '服务器与令牌制作者的时钟最多可相差多少。',
  'Whether a token without the claim exp is refused; with it the connection ends when the token does.':
    '是否拒绝没有 exp 声明的令牌；有该声明时，连接随令牌到期而结束。',
  'Claim that becomes the user name of the client.': '作为客户端用户名的声明。',
  'Claim that makes a superuser of the client where it is true.': '其值为 true 时使客户端成为超级用户的声明。',
  'Claim with what the client may do: an object with the lists pub, sub and all, beyond which nothing is allowed, or a list of objects with permission, action and topic, of which the first that fits decides.':
    '说明客户端权限的声明：含 pub、sub 和 all 列表的对象（此外一律不允许），或由含 permission、action 和 topic 的对象组成的列表，由第一个符合的决定。',
  'Authorities that sign the certificate of the server of the key set, as PEM; the file is read again at SIGHUP.':
    '签发密钥集服务器证书的颁发机构（PEM）；收到 SIGHUP 时重新读取。',
  'Certificate that the broker shows to the server of the key set, as PEM; the file is read again at SIGHUP.':
    '向密钥集服务器出示的证书（PEM）；收到 SIGHUP 时重新读取。',
  'Whether the certificate of the server of the key set must be signed by one of the authorities and have its name.':
    '密钥集服务器的证书是否必须由上述颁发机构之一签发并具有其名称。',
  'Oldest version of TLS that is spoken with the server of the key set.': '与密钥集服务器通信的最低 TLS 版本。',
  'What of a verified client certificate is the user name: its Common Name, its subject (RFC 2253), or its SHA-256 fingerprint.':
    '以已校验的客户端证书中的什么作为用户名：Common Name、主体（RFC 2253）或 SHA-256 指纹。',
  'What happens to a client that claims another user name than that of its certificate: it is refused, or the next source is asked about the name it claims.':
    '客户端声称的用户名与证书中的不同时如何处理：拒绝，或就其声称的名称询问下一个来源。',
  'Whether the Client Identifier must be that name too, so that no client can take over the session of another.':
    '客户端标识是否也必须是该名称，使任何客户端都不能接管他人的会话。',
  'What happens to a client that claims another user name than the identity of its key: it is refused, or the next source is asked about the name it claims.':
    '客户端声称的用户名与其密钥的身份不同时如何处理：拒绝，或就其声称的名称询问下一个来源。',
  'Whether the Client Identifier must be that identity too, so that no client can take over the session of another.':
    '客户端标识是否也必须是该身份，使任何客户端都不能接管他人的会话。',
};
