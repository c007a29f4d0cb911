// Uploads a photo with tus-js-client: node upload.mjs FILE ENDPOINT SHA256 TOKEN [CHUNK_SIZE]
// Says what it sees, a line of JSON each: {url}, {offset} where it goes on, {retries}, {done} or {error}.
import { createReadStream, statSync } from 'node:fs'
import * as tus from 'tus-js-client'

const [file, endpoint, sha256, token, chunkSize] = process.argv.slice(2)
const say = (said) => console.log(JSON.stringify(said))
let retries = 0

const upload = new tus.Upload(createReadStream(file), {
  endpoint,
  uploadSize: statSync(file).size,
  chunkSize: chunkSize ? Number(chunkSize) : Infinity,
  retryDelays: Array(60).fill(200),
  headers: token ? { Authorization: `Bearer ${token}` } : {},
  metadata: { filename: 'x.jpg', filetype: 'image/jpeg', sha256 },
  overridePatchMethod: process.env.OVERRIDE === 'true',
  uploadDataDuringCreation: process.env.DURING === 'true',
  onBeforeRequest: (request) => say({ method: request.getMethod(), offset: request.getHeader('Upload-Offset') }),
  onAfterResponse: (request, response) => say({
    status: response.getStatus(),
    offset: response.getHeader('Upload-Offset'),
    at: response.getHeader('Content-Location'),
  }),
  onUploadUrlAvailable: () => say({ url: upload.url }),
  onShouldRetry: (error) => {
    say({ retries: ++retries, because: error.message.slice(0, 200) })
    const status = error.originalResponse?.getStatus() ?? 0
    return status < 400 || status >= 500 || status === 409
  },
  onError: (error) => {
    say({ error: error.message })
    process.exit(1)
  },
  onSuccess: () => {
    say({ done: true, url: upload.url, retries })
    process.exit(0) // a request that was answered before all of it was sent would keep it waiting
  },
})
upload.start()
