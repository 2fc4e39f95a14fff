/** The database of a guide to EMQX Cloud, as its statements make it. */

import type { MariadbServer } from '../services/mariadb.ts';

/** The statements of the guide, word for word. */
export const guide: Readonly<
  Record<'database' | 'users' | 'permissions' | 'grants' | 'authQuery' | 'user' | 'aclQuery' | 'rows', string>
> = {
  database: `CREATE DATABASE emqx;
    USE emqx;`,
  users: `
    CREATE TABLE \`mqtt_user\` (
      \`id\` int(11) unsigned NOT NULL AUTO_INCREMENT,
      \`username\` varchar(100) DEFAULT NULL,
      \`password\` varchar(100) DEFAULT NULL,
      \`salt\` varchar(35) DEFAULT NULL,
      \`created\` datetime DEFAULT NULL,
      PRIMARY KEY (\`id\`),
      UNIQUE KEY \`mqtt_username\` (\`username\`)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;`,
  permissions: `
     CREATE TABLE \`mqtt_acl\` (
       \`id\` int(11) unsigned NOT NULL AUTO_INCREMENT,
       \`allow\` int(1) DEFAULT 1 COMMENT '0: deny, 1: allow',
       \`ipaddr\` varchar(60) DEFAULT NULL COMMENT 'IpAddress',
       \`username\` varchar(100) DEFAULT NULL COMMENT 'Username',
       \`clientid\` varchar(100) DEFAULT NULL COMMENT 'ClientId',
       \`access\` int(2) NOT NULL COMMENT '1: subscribe, 2: publish, 3: pubsub',
       \`topic\` varchar(100) NOT NULL DEFAULT '' COMMENT 'Topic Filter',
       PRIMARY KEY (\`id\`),
       INDEX (ipaddr),
       INDEX (username),
       INDEX (clientid)
     ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;`,
  grants: `
    # 专业版
    GRANT ALL PRIVILEGES ON *.* TO root@'10.11.30.%' IDENTIFIED BY 'public' WITH GRANT OPTION;

    # 基础版
    GRANT ALL PRIVILEGES ON *.* TO root@'%' IDENTIFIED BY 'public' WITH GRANT OPTION;`,
  authQuery: "select password from mqtt_user where username = '%u' limit 1;",
  user: `
INSERT INTO \`mqtt_user\` ( \`username\`, \`password\`, \`salt\`)
VALUES
    ('emqx', 'efa1f375d76194fa51a3556a97e641e61685f914d446979da50a551a4333ffd7', NULL);`,
  aclQuery:
    "select allow, ipaddr, username, clientid, access, topic from mqtt_acl where ipaddr = '%a' or username = '%u' or username = '$all' or clientid = '%c';",
  rows: `
-- 所有用户不可以订阅系统主题
INSERT INTO mqtt_acl (allow, ipaddr, username, clientid, access, topic) VALUES (0, NULL, '$all', NULL, 1, '$SYS/#');

-- 允许 10.59.1.100 上的客户端订阅系统主题
INSERT INTO mqtt_acl (allow, ipaddr, username, clientid, access, topic) VALUES (1, '10.59.1.100', NULL, NULL, 1, '$SYS/#');

-- 禁止客户端订阅 /smarthome/+/temperature 主题
 INSERT INTO mqtt_acl (allow, ipaddr, username, clientid, access, topic) VALUES (0, NULL, '$all', NULL, 1, '/smarthome/+/temperature');

-- 允许客户端订阅包含自身 Client ID 的 /smarthome/\${clientid}/temperature 主题
INSERT INTO mqtt_acl (allow, ipaddr, username, clientid, access, topic) VALUES (1, NULL, '$all', NULL, 1, '/smarthome/%c/temperature');`,
};

/** Does what the guide says. */
export async function obey(server: MariadbServer): Promise<void> {
  await server.sql(guide.database);
  for (const statement of [guide.users, guide.permissions, guide.user, guide.rows]) await server.sql(statement, 'emqx');
  await server.sql(guide.grants);
}
