// The tus project's own server, to compare with: node reference.mjs PORT FOLDER
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'

const [port, directory] = process.argv.slice(2)
const server = new Server({
  path: '/api/v1/uploads', datastore: new FileStore({ directory }), maxSize: 40_000_000, relativeLocation: true,
  respectForwardedHeaders: false,
})
server.listen({ host: '127.0.0.1', port: Number(port) })
