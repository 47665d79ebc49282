/**
 * Who is compared, in report order. `servers/<server>.mjs` holds the server, `clients/<client>.mjs` the client, and
 * `in-process/<id>.mjs` both of those that are called without a socket; `packages` names whose versions the report shows.
 */
export const peers = [
  {
    id: 'viaduct-json',
    title: 'Viaduct, JSON',
    server: 'viaduct',
    client: 'viaduct-json',
    packages: [],
  },
  {
    id: 'viaduct-msgpack',
    title: 'Viaduct, MessagePack',
    server: 'viaduct',
    client: 'viaduct-msgpack',
    packages: [],
  },
  {
    id: 'raw-json',
    title: 'ws, JSON by hand',
    server: 'raw-json',
    client: 'raw-json',
    packages: ['ws'],
  },
  {
    id: 'raw-msgpack',
    title: 'ws, MessagePack by hand',
    server: 'raw-msgpack',
    client: 'raw-msgpack',
    packages: ['ws', 'msgpackr'],
  },
  {
    id: 'socket-io',
    title: 'Socket.IO',
    server: 'socket-io',
    client: 'socket-io',
    packages: ['socket.io', 'socket.io-client'],
  },
  {
    id: 'feathers',
    title: 'Feathers, Socket.IO',
    server: 'feathers',
    client: 'feathers',
    packages: ['@feathersjs/socketio', '@feathersjs/socketio-client'],
  },
  {
    id: 'trpc',
    title: 'tRPC, wsLink',
    server: 'trpc',
    client: 'trpc',
    packages: ['@trpc/server', '@trpc/client'],
  },
  {
    id: 'capnweb',
    title: "Cap'n Web",
    server: 'capnweb',
    client: 'capnweb',
    packages: ['capnweb'],
  },
  { id: 'jayson', title: 'jayson', server: 'jayson', client: 'jayson', packages: ['jayson'] },
  {
    id: 'viaduct-in-process',
    title: 'Viaduct, in process',
    inProcess: 'viaduct',
    packages: [],
  },
  {
    id: 'moleculer',
    title: 'Moleculer, local',
    inProcess: 'moleculer',
    packages: ['moleculer'],
  },
]
