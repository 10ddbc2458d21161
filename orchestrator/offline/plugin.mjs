// The plugin of serverless.yml: it builds the Go functions. Packaged, a function is a zip with the one file that Lambda
// starts. Offline it is the same program for this machine, behind bootstrap.mjs, because serverless-offline starts none
// of the runtimes that bring their own.
import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { parseEnv, promisify } from 'node:util'
import yazl from 'yazl'
import { serve } from './bootstrap.mjs'

const goArchitectures = { arm64: 'arm64', x86_64: 'amd64' }

export default class GoFunctions {
  constructor(serverless) {
    this.serverless = serverless
    const pack = () => this.forEach((name, f) => this.pack(name, f))
    const offline = () => this.forEach((name, f) => this.takeOffline(name, f))
    this.hooks = {
      'before:package:createDeploymentArtifacts': pack,
      'before:package:function:package': pack,
      'before:offline:start': offline,
      'before:offline:start:init': offline,
    }
  }

  async forEach(work) {
    const { service } = this.serverless
    for (const name of service.getAllFunctions()) await work(name, service.getFunction(name))
  }

  // pack makes the zip that is uploaded. It is the same, byte for byte, for the same program.
  async pack(name, f) {
    const { provider } = this.serverless.service
    const program = await this.build(f.handler, 'linux', goArchitectures[f.architecture ?? provider.architecture])
    const zip = new yazl.ZipFile()
    zip.addFile(program, 'bootstrap', { mode: 0o100755, mtime: new Date(0) })
    zip.end()
    const artifact = join('.serverless', `${name}.zip`)
    await mkdir(this.path('.serverless'), { recursive: true })
    await pipeline(zip.outputStream, createWriteStream(this.path(artifact)))
    f.package = { ...f.package, artifact }
  }

  // takeOffline puts bootstrap.mjs in the function's place.
  async takeOffline(name, f) {
    const { provider } = this.serverless.service
    const environment = await this.settings({ ...provider.environment, ...f.environment })
    const timeout = (f.timeout ?? provider.timeout) * 1000
    serve(f.name, { program: await this.build(f.handler), environment, timeout })
    f.handler = 'orchestrator/offline/bootstrap.handler'
    f.runtime = 'nodejs20.x'
  }

  // build gives the path of the program; without a system and an architecture it is for this machine.
  async build(folder, os = '', architecture = '') {
    const program = this.path('bin', 'lambda', architecture || 'here', 'bootstrap')
    const flags = ['-tags', 'lambda.norpc', '-trimpath', '-ldflags', '-s -w', '-o', program]
    await promisify(execFile)('go', ['build', ...flags, '.'], {
      cwd: this.path(folder),
      env: { ...process.env, CGO_ENABLED: '0', GOOS: os, GOARCH: architecture },
    })
    return program
  }

  // settings are the function's. What would come from the parameter store is here where `go run ./b2b` serves, and the
  // secrets that it has made.
  async settings(environment) {
    const { CUSTOMERS_PORT = 3001, ORDERS_PORT = 3002, DATABASE_URL = '' } = process.env
    const data = DATABASE_URL.startsWith('sqlite:') ? dirname(DATABASE_URL.slice('sqlite:'.length)) : 'data'
    const local = {
      CUSTOMERS_API_URL: `http://127.0.0.1:${CUSTOMERS_PORT}`,
      ORDERS_API_URL: `http://127.0.0.1:${ORDERS_PORT}`,
      ...parseEnv(await readFile(this.path(data, 'secrets.env'), 'utf8').catch(() => '')),
    }
    const stored = Object.keys(environment).filter((name) => environment[name].startsWith('{{resolve:'))
    const missing = stored.filter((name) => !local[name])
    if (missing.length > 0) {
      const remedy = `start \`go run ./b2b\` once, which makes secrets in ${data}/`
      throw new this.serverless.classes.Error(`${missing.join(' and ')} must be set; or ${remedy}`)
    }
    return { ...environment, ...Object.fromEntries(stored.map((name) => [name, local[name]])) }
  }

  path(...names) {
    return resolve(this.serverless.serviceDir, ...names)
  }
}
