/** Chinese for options of listeners, by their English texts. */

export const listenerSentences: Readonly<Record<string, string>> = {
  'A folder whose files are given to whoever asks for them over HTTP, without a login, for web pages that connect to this listener; what begins with a dot, and what links lead to outside of the folder, is not given.':
    '其中的文件无需登录即可通过 HTTP 获取的目录，用于连接到此监听器的网页；以点开头的文件和经链接指向目录之外的内容不提供。',
  'How bytes travel: TCP, TLS, WebSocket, WebSocket over TLS, or a Unix socket.':
    '字节的传输方式：TCP、TLS、WebSocket、经 TLS 的 WebSocket，或 Unix 套接字。',
  'Address to listen on; localhost means 127.0.0.1 and ::1, and * every address of this machine.':
    '监听的地址；localhost 表示 127.0.0.1 和 ::1，* 表示本机的所有地址。',
  'Port to listen on.': '监听的端口。',
  'Path of the URL that WebSocket clients ask for.': 'WebSocket 客户端请求的 URL 路径。',
  'Path of the Unix socket.': 'Unix 套接字的路径。',
  'Permission bits of the Unix socket, in octal as for chmod.': 'Unix 套接字的权限位，与 chmod 一样用八进制书写。',
  'Connections that may wait to be accepted; the system may allow fewer.':
    '可以等待被接受的连接数；系统可能允许得更少。',
  'Whether small packets are sent at once (TCP_NODELAY).': '是否立即发送小包（TCP_NODELAY）。',
  'Silence after which TCP asks whether the peer is still there.': '静默多久后由 TCP 询问对端是否还在。',
  'Whether clients may connect here that no source of logins knows.': '是否允许任何认证来源都不认识的客户端在此连接。',
  'Names of the sections of access that are asked about clients of this listener.':
    '为此监听器的客户端询问哪些 access 段，按名称列出。',
  'Whether sources are asked about logins here; otherwise every client is one that nobody knows.':
    '是否就此处的登录询问来源；否则每个客户端都视为无人认识。',
  'Whether permissions are checked here; otherwise clients may do everything but publish to $SYS.':
    '此处是否检查权限；否则客户端除了向 $SYS 发布之外什么都可以做。',
  'What replaces the user name of a client before its login: a name in its certificate, or its pre-shared key identity; who shows neither keeps the name it gives.':
    '登录之前用什么取代客户端的用户名：证书中的名称，或预共享密钥的身份；两者都没有的客户端保留自己的用户名。',
  'What replaces the Client Identifier of a client, in the same way; username is its user name, and who has none is refused.':
    '用什么取代客户端标识，方式相同；username 表示其用户名，没有的客户端会被拒绝。',
  'Whether clients may leave it to the broker to choose their identifier.': '客户端是否可以让服务器为其选择标识。',
  'How the identifiers begin that the broker chooses for clients without one.':
    '服务器为没有标识的客户端所选标识的开头。',
  'Connections that are open at a time; a further one is closed at once.': '同时打开的连接数；超出的连接立即关闭。',
  'New connections accepted each second; a further one is closed at once.': '每秒接受的新连接数；超出的连接立即关闭。',
  'Who may connect, by address: the first entry that matches decides, and who matches none may.':
    '按地址决定谁可以连接：由第一个匹配的条目决定，都不匹配则允许。',
  "Whether connections begin with a PROXY protocol header (version 1 or 2) that tells the client's address; switch it on only where nobody but the proxy can connect.":
    '连接是否以告知客户端地址的 PROXY protocol 头（版本 1 或 2）开始；只应在除代理外无人能连接的地方开启。',
  'Addresses of the proxies whose PROXY protocol header is believed; connections from others are closed.':
    '其 PROXY protocol 头可信的代理地址；来自其他地址的连接会被关闭。',
  'Whether the Common Name of a client certificate is believed that the proxy has verified and tells by PROXY protocol version 2.':
    '是否相信由代理校验、并以 PROXY protocol 版本 2 告知的客户端证书 Common Name。',
  'Time until the whole PROXY protocol header must be there.': '必须在此时间内收到完整的 PROXY protocol 头。',
  'Origins of web pages whose scripts may connect, where local means pages that this machine serves and * any; an empty list is local on a loopback address and * elsewhere.':
    '其脚本可以连接的网页来源：local 表示本机提供的网页，* 表示任意；列表为空时，回环地址上相当于 local，其他地址上相当于 *。',
  "The zone whose options hold for the clients of this listener instead of the broker's own: one of zones.NAME.":
    '其选项对此监听器的客户端生效、取代服务器自身选项的区域：zones.NAME 之一。',
  "Put before every topic of this listener's clients and taken off what they receive; %c is the client identifier and %u the user name, and a client whose name cannot stand there is refused.":
    '加在此监听器客户端的每个主题之前，并从它们收到的主题中去掉；%c 为客户端标识，%u 为用户名，其名称不能放在此处的客户端会被拒绝。',
  'Highest QoS granted here; mqtt.qos_max holds where it is smaller.':
    '此处允许的最高 QoS；mqtt.qos_max 更小时以它为准。',
  'Topic aliases of one connection made here, in each direction.': '此处每个连接在每个方向上的主题别名数。',
  'Certificate of the server with its chain, as PEM; the file is read again at SIGHUP.':
    '服务器证书及证书链（PEM）；收到 SIGHUP 时重新读取。',
  'Private key of the certificate, as PEM; the file is read again at SIGHUP.':
    '证书的私钥（PEM）；收到 SIGHUP 时重新读取。',
  'Folder with further certificates, each NAME.pem or NAME.crt beside its NAME.key; the one that fits the server name a client asks for (SNI) is shown, and the folder is read again at SIGHUP.':
    '存放更多证书的目录，每个为 NAME.pem 或 NAME.crt 加同名的 NAME.key；按客户端请求的服务器名称（SNI）出示相应的证书，收到 SIGHUP 时重新读取。',
  'Passphrase of the private key.': '私钥的口令。',
  'Certificates of the authorities that sign clients, as PEM; clients are then asked for a certificate.':
    '签发客户端证书的颁发机构的证书（PEM）；设置后会向客户端索要证书。',
  'Folder with files of such certificates (.pem, .crt, .cer and names that c_rehash gives), read again at SIGHUP.':
    '存放此类证书文件的目录（.pem、.crt、.cer 以及 c_rehash 给出的名称），收到 SIGHUP 时重新读取。',
  'Whether clients are asked for a certificate; one that is not believed is refused even where none is required.':
    '是否向客户端索要证书；即使不强制要求，不可信的证书也会被拒绝。',
  'Whether clients without a certificate that ca_file or ca_path vouches for are refused.':
    '是否拒绝没有 ca_file 或 ca_path 所认可证书的客户端。',
  "Revocation lists, as PEM, in which each client's own certificate is looked up; without a valid one of who signed it the client is refused, and the file is read again at SIGHUP.":
    '用来检查客户端证书的吊销列表（PEM）；没有其颁发者的有效列表时拒绝客户端，收到 SIGHUP 时重新读取。',
  "Ciphers accepted, as OpenSSL's list with colons.": '接受的加密算法，按 OpenSSL 的写法用冒号分隔。',
  "Cipher suites of TLS 1.3 accepted, as OpenSSL's list with colons.":
    '接受的 TLS 1.3 加密套件，按 OpenSSL 的写法用冒号分隔。',
  'Parameters of Diffie-Hellman, as PEM; the file is read again at SIGHUP.':
    'Diffie-Hellman 参数（PEM）；收到 SIGHUP 时重新读取。',
  'Protocols accepted by ALPN, such as mqtt; a client that asks for others only is closed, one that asks for none is not.':
    'ALPN 接受的协议，例如 mqtt；只请求其他协议的客户端会被关闭，不请求任何协议的不会。',
  'Time until the TLS handshake must be done.': '必须在此时间内完成 TLS 握手。',
  'Oldest version of TLS accepted; 1.1 is for devices that know nothing newer, can be broken, and lets in the weak ciphers that it needs.':
    '接受的最低 TLS 版本；1.1 用于只支持旧版本的设备，可被破解，并会放行它所需的弱加密算法。',
  'Newest version of TLS accepted.': '接受的最高 TLS 版本。',
  'File of pre-shared keys, identity:key on each line; clients may then connect with them, by TLS 1.2 at most; the file is read again at SIGHUP.':
    '预共享密钥文件，每行一个 identity:key；设置后客户端可用它们连接（最高 TLS 1.2）；收到 SIGHUP 时重新读取。',
  'How psk_file writes keys: hexadecimal digits as for Mosquitto, or the text itself as for EMQX.':
    'psk_file 中密钥的写法：像 Mosquitto 那样的十六进制数字，或像 EMQX 那样的文本本身。',
  'What stands in psk_file between an identity and its key.': 'psk_file 中身份与密钥之间的分隔符。',
  'Told to clients with pre-shared keys, so that they can choose an identity.':
    '告知使用预共享密钥的客户端的提示，以便其选择身份。',
};
