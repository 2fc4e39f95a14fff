/** Making listeners, access sources and bridges, and why a bridge failed, in Chinese. */

export const sectionTexts = {
  'Add a listener': '添加监听器',
  'Ask {name} earlier': '提前询问 {name}',
  'Ask {name} later': '推后询问 {name}',
  'It fits, but does not work at this moment:': '配置无误，但目前无法工作：',
  'It is not asked any more. Who is connected stays connected, with the permissions that the other sources give. Users that the broker keeps for it are there again when a source of this name is added.':
    '不再询问此来源。已连接的客户端保持连接，权限由其他来源决定。服务器为它保存的用户，在添加同名来源后会再次出现。',
  'It is the last source of logins: without it no login is checked. Unless allow_anonymous says otherwise nobody can connect until the broker is restarted, and then clients on this machine without a login.':
    '这是最后一个认证来源：没有它就不再检查登录。除非 allow_anonymous 另有规定，重启服务器之前任何人都无法连接，重启之后本机的客户端无需登录即可连接。',
  'It runs with the defaults. To choose others, add a section; its options can then be changed here.':
    '以默认值运行。如需其他值，请添加一个配置段；之后即可在此修改其选项。',
  'Lines of the log are written in English, as in its file.': '日志行以英文写成，与日志文件相同。',
  'Messages cross no more, and what waits for this bridge is lost.': '消息不再经此桥接传递，等待此桥接的消息将丢失。',
  'Nobody can connect here any more. Who is connected stays connected.':
    '客户端不能再从这里接入。已连接的客户端保持连接。',
  'Options that name files of the machine are said in the configuration file alone: {names}':
    '指向本机文件的选项只能写在配置文件中：{names}',
  'Save all the same': '仍然保存',
  'Switched off': '已停用',
  'This kind reads a file of the machine, which is said in the configuration file alone.':
    '此类型读取本机的文件，只能在配置文件中指定。',
  'This user can log in no more, and is disconnected where the source says so (builtin.end_connections). Its permissions stay.':
    '此用户不能再登录；若来源如此设置（builtin.end_connections），其连接会断开。其权限保留。',
  'Up to 32 of a-z, 0-9, - and _, beginning with a letter': '最多 32 个 a-z、0-9、- 和 _，以字母开头',
  'Without it: {meaning}': '不填写时：{meaning}',
  'More options ({count})': '更多选项（{count}）',
  '{name} is asked in place {place}': '{name} 现在第 {place} 个被询问',
  '“Add a bridge” makes one, which connects at once.': '“添加桥接”可新建桥接，并立即连接。',
  '{address} cannot be reached': '无法连接 {address}',
  'The TLS handshake with {address} failed': '与 {address} 的 TLS 握手失败',
  'A file for TLS cannot be read': '无法读取 TLS 文件',
  '{address} refuses user name and password': '{address} 拒绝用户名和密码',
  '{address} refuses the version of MQTT': '{address} 拒绝此 MQTT 版本',
  '{address} refuses the client identifier': '{address} 拒绝此客户端标识',
  '{address} says that it is not available': '{address} 表示目前不可用',
  '{address} refuses so large a packet': '{address} 拒绝过大的报文',
  '{address} has moved': '{address} 已迁移',
  '{address} refuses the connection': '{address} 拒绝连接',
  '{address} closes the connection without an answer': '{address} 不作应答就关闭了连接',
  '{address} sent something that MQTT does not allow': '{address} 发送了 MQTT 不允许的内容',
  'The connection to {address} is lost': '与 {address} 的连接已断开',
  '{address} did not answer within {seconds} s': '{address} 在 {seconds} 秒内没有应答',
  '{address} was silent for {seconds} s and is taken to be gone': '{address} 已 {seconds} 秒没有动静，视为已断开',
  '{address} could not keep a message for now; it is sent again': '{address} 暂时无法保存消息；将重新发送',
  'The bridge lost its session in this broker': '桥接在本服务器上的会话已丢失',
  'The client identifier {clientId} of the bridge here is somebody else’s':
    '桥接在此使用的客户端标识 {clientId} 属于他人',
  'Permissions or the session of the bridge cannot be had at present': '目前无法获得桥接的权限或会话',
  'Rules of this broker keep the bridge from these topics: {topics}': '本服务器的规则禁止桥接使用这些主题：{topics}',
  '{address} ends every connection over {topics} of {bytes} bytes':
    '{address} 每次收到 {topics}（{bytes} 字节）时都会断开连接',
  'The queue here has no room for further messages': '本端队列已满，无法容纳更多消息',
} as const;
