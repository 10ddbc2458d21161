// What Lambda does around a function that brings its own runtime: it starts the function's program, hands it one event
// after the other over the Runtime API, and ends it when its time is up. An event that finds every process busy gets one
// of its own.
import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

const startTimeout = 10_000 // milliseconds

// functions are those that can be called, by name: the program, its environment, which is all that it sees of ours, how
// many milliseconds it may take for an event, and its processes that wait for one.
const functions = new Map()

export function serve(name, { program, environment, timeout }) {
  functions.set(name, { program, environment: { ...environment, AWS_LAMBDA_FUNCTION_NAME: name }, timeout, idle: [] })
}

// running are the processes that end with ours.
const running = new Set()
process.on('exit', () => running.forEach((bootstrap) => bootstrap.kill()))

export async function handler(event, context) {
  const called = functions.get(context.functionName)
  let bootstrap
  try {
    bootstrap = called.idle.pop() ?? (await Bootstrap.start(called))
    return await bootstrap.invoke(event, context, called.timeout)
  } catch (error) {
    console.error(`${context.awsRequestId} ${error.message}`)
    return failed
  } finally {
    if (running.has(bootstrap)) called.idle.push(bootstrap)
  }
}

// failed is what an HTTP API answers for a function that did not.
const failed = {
  statusCode: 500,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message: 'Internal Server Error' }),
}

// Bootstrap is a process that runs. It emits "idle" with the request by which it asks for an event, "answer" with what it
// made of one, and "error" when it fails or ends.
class Bootstrap extends EventEmitter {
  static async start(called) {
    const it = new Bootstrap()
    it.on('idle', (request) => (it.request = request))
    it.on('error', () => {}) // whoever waits for it is told
    it.runtime = createServer((request, response) => it.serve(request, response)).listen(0, '127.0.0.1')
    await once(it.runtime, 'listening')
    it.spawn(called)
    return it
  }

  spawn(called) {
    const env = { ...called.environment, AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${this.runtime.address().port}` }
    this.process = spawn(called.program, { env, stdio: ['ignore', 'inherit', 'inherit'] })
    running.add(this)
    const end = (reason) => {
      running.delete(this)
      called.idle = called.idle.filter((other) => other !== this)
      this.runtime.closeAllConnections()
      this.runtime.close()
      this.emit('error', new Error(reason))
    }
    this.process.on('error', (error) => end(error.message))
    this.process.on('exit', (status, signal) => end(`bootstrap ended: ${signal ?? `status ${status}`}`))
    console.error(`bootstrap runs as process ${this.process.pid}`)
  }

  // invoke hands over one event and waits for its answer. How long the process takes to start is not part of its time.
  async invoke(event, context, timeout) {
    if (!this.request) await this.within(startTimeout, 'idle')
    this.request.writeHead(200, {
      'Content-Type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': context.awsRequestId,
      'Lambda-Runtime-Deadline-Ms': Date.now() + timeout,
      'Lambda-Runtime-Invoked-Function-Arn': context.invokedFunctionArn,
    })
    this.request.end(JSON.stringify(event))
    this.request = undefined
    return readable(await this.within(timeout, 'answer'))
  }

  // within waits for what the process emits; one that takes too long is killed, as Lambda does it.
  async within(timeout, name) {
    try {
      const [value] = await once(this, name, { signal: AbortSignal.timeout(timeout) })
      return value
    } catch (error) {
      if (error.name !== 'AbortError') throw error
      this.kill()
      throw new Error(`Task timed out after ${(timeout / 1000).toFixed(2)} seconds`)
    }
  }

  kill() {
    running.delete(this)
    this.process.kill('SIGKILL')
  }

  // serve is the Runtime API: GET .../next asks for an event, POST .../response and .../error end one.
  async serve(request, response) {
    if (request.method === 'GET') {
      this.emit('idle', response)
      return
    }
    const body = await text(request).catch(() => 'bootstrap ended in the middle of its answer')
    response.writeHead(202).end()
    if (request.url.endsWith('/response')) this.emit('answer', body)
    else this.emit('error', new Error(body))
  }
}

// readable is the answer without what serverless-offline cannot take: fields that are null, and headers beyond ASCII.
function readable(answer) {
  const { headers = {}, ...rest } = JSON.parse(answer, (_, value) => value ?? undefined)
  const ascii = ([name, value]) => [name, String(value).replace(/[^\x20-\x7e]/g, '?')]
  return { ...rest, headers: Object.fromEntries(Object.entries(headers).map(ascii)) }
}
