import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// The gateway puts a fresh nonce in the place of this word each time it serves `index.html`.
const NONCE_PLACE = 'SLUICE-STYLE-NONCE'
const GATEWAY = process.env.SLUICE_URL ?? 'http://127.0.0.1:3000'

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  html: { cspNonce: NONCE_PLACE },
  server: { proxy: { '/api': GATEWAY, '/v1': GATEWAY, '/v1beta': GATEWAY } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    chunkSizeWarningLimit: 700,
  },
  test: { environment: 'jsdom', setupFiles: ['./src/test-setup.ts'], css: false },
})
