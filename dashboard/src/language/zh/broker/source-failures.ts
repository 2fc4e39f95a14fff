/** Chinese for what is wrong with a source of logins and permissions: who, what happened, and what to do. */

import { type Pattern, translator } from './pattern.ts';

/** What happened, as it stands behind who it is. */
export const happenings: readonly Pattern[] = [
  ['cannot be reached', '无法连接'],
  ['ended the connection without an answer', '没有应答就断开了连接'],
  ['ended the connection', '断开了连接'],
  ['did not answer a query in time', '没有及时答复查询'],
  ['did not answer in time', '没有及时应答'],
  ['took no connection in time', '没有及时接受连接'],
  ['is starting or stopping', '正在启动或停止'],
  ['is not ready', '尚未就绪'],
  ['has no connection left', '已没有空闲连接'],
  ['refused the login', '拒绝了登录'],
  ['has no such database for this user', '没有此用户可用的这个数据库'],
  ['has no such database', '没有这个数据库'],
  ['does not speak TLS, or showed a certificate that is not trusted', '不支持 TLS，或出示了不受信任的证书'],
  ['does not speak TLS', '不支持 TLS'],
  ['showed a certificate that is not trusted', '出示了不受信任的证书'],
  ['has no such table', '没有这个表'],
  ['has no such column', '没有这个列'],
  ['does not understand a query', '无法理解查询'],
  ['does not let this user read that', '不允许此用户读取'],
  ['could not answer a query', '无法答复查询'],
  ['gave a result that cannot be used', '给出了无法使用的结果'],
  ['is asked more than it can answer', '收到的请求超过其处理能力'],
  ['cannot compare what a client says with a column', '无法将客户端给出的内容与列比较'],
  ['cannot be asked, because its driver is not installed', '无法询问，因为没有安装其驱动'],
  ['cannot be asked safely', '无法安全地询问'],
  ['cannot be asked', '无法询问'],
  ['is not asked any more', '不再被询问'],
  ['does not let this user run a command', '不允许此用户执行命令'],
  ['knows no master of this name', '不知道这个名称的主节点'],
  ['does not understand a command', '无法理解命令'],
  ['could not answer a command', '无法答复命令'],
  ['holds something else in a key that a client names', '在客户端指定的键中存有其他内容'],
  ['could not answer', '无法应答'],
  ['has nothing at this address', '在此地址没有内容'],
  ['asks for something that is not done', '要求了不支持的做法'],
  ['has a private address', '是内网地址'],
  ['redirects the question elsewhere, and redirections are not followed', '将请求重定向到别处，而重定向不会被跟随'],
  ['gave an answer that cannot be understood', '给出了无法理解的应答'],
  ['gave too long an answer', '给出的应答过长'],
  ['cannot be read', '无法读取'],
  ['cannot be used', '无法使用'],
  ['has no key that can be used', '没有可用的密钥'],
];

/** What to do. */
export const advices: readonly Pattern[] = [
  [
    'check that it runs, that {1} and {2} are right, and that no firewall stands between',
    '请检查它是否在运行、{1} 和 {2} 是否正确，以及中间是否有防火墙',
  ],
  [
    'check that it runs, that {1} is right, and that no firewall stands between',
    '请检查它是否在运行、{1} 是否正确，以及中间是否有防火墙',
  ],
  ['see its log; it is tried again', '请查看其日志；会自动重试'],
  ['see its log', '请查看其日志'],
  ['check {1} and firewalls, or raise {2}', '请检查 {1} 和防火墙，或调高 {2}'],
  ['it is tried again', '会自动重试'],
  ['lower {1} or raise the limit of the server', '请调低 {1}，或提高服务器的上限'],
  ['check {1}, {2} and who may connect from here', '请检查 {1}、{2} 以及谁可以从这里连接'],
  ['switch it on at the server, or set {1} to false', '请在服务器上启用，或将 {1} 设为 false'],
  ['check {1}, {2} and the certificate, or set {3} to false', '请检查 {1}、{2} 和证书，或将 {3} 设为 false'],
  ['check {1}, {2} and the certificate', '请检查 {1}、{2} 和证书'],
  ['check {1}, {2} and {3}', '请检查 {1}、{2} 和 {3}'],
  ['check {1}', '请检查 {1}'],
  ['create it or correct the query', '请创建它，或更正查询'],
  ['add it or correct the query', '请添加它，或更正查询'],
  ['correct the query', '请更正查询'],
  ['grant SELECT on the tables of the queries', '请授予查询所用各表的 SELECT 权限'],
  ['look for locks and missing indexes, or raise {1}', '请检查锁和缺失的索引，或调高 {1}'],
  ['raise {1} or {2}, or make its answers faster', '请调高 {1} 或 {2}，或加快其应答'],
  ['make the columns texts in UTF-8', '请将列改为 UTF-8 文本'],
  ['mend the file', '请修正该文件'],
  ['correct the setting', '请更正设置'],
  ['the broker is stopping', '服务器正在停止'],
  ['wait until it has loaded or the cluster is whole', '请等待其加载完成或集群恢复完整'],
  ['grant the commands of the section on the keys that they name', '请授予该节中各命令对所用键的权限'],
  ['correct the commands of the section', '请更正该节的命令'],
  ['use keys that nothing else uses', '请使用别处不用的键'],
  ['look for slow commands, or raise {1}', '请检查慢命令，或调高 {1}'],
  ['make it faster, or raise {1}', '请加快其应答，或调高 {1}'],
  ['set {1} to true if that is meant, or correct {2}', '如果有意如此，请将 {1} 设为 true，否则更正 {2}'],
  ['write the final address into {1}', '请将最终地址写入 {1}'],
  ['correct the service', '请更正该服务'],
  ['shorten it, or raise {1}', '请缩短应答，或调高 {1}'],
  ['correct the url and the method of the section', '请更正该节的 url 和 method'],
  ["correct the path, or let the broker's user read the file", '请更正路径，或让服务器的用户可以读取该文件'],
  ['give a key that tokens are signed with', '请提供令牌签名所用的密钥'],
  [
    'publish public keys of RSA, EC or Ed25519 there, or correct {1}',
    '请在那里发布 RSA、EC 或 Ed25519 公钥，或更正 {1}',
  ],
  ["say which type a placeholder has, as in '%u'::text", "请指明占位符的类型，例如 '%u'::text"],
  ['correct {1}', '请更正 {1}'],
  ['raise {1}', '请调高 {1}'],
  ['run: {1}', '请运行：{1}'],
];

const adviceText = translator(advices);
const subjects = translator([
  ['the web service at {1}', 'Web 服务（{1}）'],
  ['{1} at {2}', '{1}（{2}）'],
]);
// What others say stands in brackets and quotes, and may hold the same words.
const whole = /^(?:[A-Z0-9_]+: )?Access source '(.*?)': (.+?)( \("(?:[^"\\]|\\.)*"\))?; (.+)\.$/s;

/** Undefined for a text that is none of these. */
export function sourceFailureInChinese(text: string): string | undefined {
  const match = whole.exec(text);
  if (match === null) return undefined;
  const [, source, told = '', saying = '', advice = ''] = match;
  const found = happenings.find(([english]) => told.includes(` ${english}`));
  if (found === undefined) return undefined;
  const [english, chinese] = found;
  const at = told.indexOf(` ${english}`);
  const who = told.slice(0, at);
  const whatToDo = (adviceText(advice) ?? advice).replaceAll('the url of the section', '该节的 url');
  const details = told.slice(at + 1 + english.length);
  const subject = (subjects(who) ?? `${who} `).replace(/） ?$/, '）');
  return `访问来源 '${source}'：${subject}${chinese}${details}${saying}；${whatToDo}。`;
}
