/** A recipe for TLS with openssl: one authority, a server and a client, none with alternative names. */

/** Word for word as it is passed on. */
export const recipe: string = `
openssl genrsa -out ca.key 2048

openssl req -x509 -new -nodes -key ca.key -sha256 -days 3650 -subj "/CN=www.xxx.com" -out ca.pem

openssl genrsa -out server.key 2048

openssl req -new -key server.key -out server.csr -subj "/CN=127.0.0.1"

openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 3650 -sha256

openssl genrsa -out client.key 2048

openssl req -new -key client.key -out client.csr -subj "/CN=127.0.0.1"

openssl x509 -req -in client.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out client.pem -days 3650 -sha256
`;
