import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type Router from '@koa/router'
import { build } from 'esbuild'

const folder = join(import.meta.dirname, 'page')

/** Everything comes from this server, nothing is evaluated, nobody frames the page. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Bundles the page and adds its three files to a router. **Errors**: rejects with what esbuild finds wrong. */
export async function addPage(router: Router): Promise<void> {
  const files = [
    { path: '/', type: 'html', body: await readFile(join(folder, 'index.html'), 'utf8') },
    { path: '/page.css', type: 'css', body: await readFile(join(folder, 'page.css'), 'utf8') },
    { path: '/page.js', type: 'js', body: await bundle(join(folder, 'page.ts')) },
  ]
  for (const { path, type, body } of files) {
    router.get(path, (context) => {
      context.set('Content-Security-Policy', contentSecurityPolicy)
      context.set('X-Content-Type-Options', 'nosniff')
      context.set('Cache-Control', 'no-cache')
      context.type = type
      context.body = body
    })
  }
}

/** One module for the browser, kept in memory. */
async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['viaduct-source'],
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}
