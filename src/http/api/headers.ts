import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'

/** Scripts, styles and pictures of this server alone, nothing inline, in nobody's frame. `blob:` and `data:` are pages that were fetched. */
const policy = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'blob:', 'data:'],
  'connect-src': ["'self'"],
  'frame-ancestors': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
} as const

const A_YEAR_S = 31_536_000

/** Sets the security headers of every answer below `app`. Answers are kept by no cache unless a route says otherwise. */
export async function securityHeaders(app: FastifyInstance, { tls }: { readonly tls: boolean }): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: Object.fromEntries(Object.entries(policy).map(([name, from]) => [name, [...from]])),
    },
    strictTransportSecurity: tls ? { maxAge: A_YEAR_S } : false,
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginEmbedderPolicy: false,
  })
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    reply.header('permissions-policy', 'camera=(), microphone=(), geolocation=()')
  })
}
