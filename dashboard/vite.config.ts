/** Builds the page into `dist/dashboard`. `vite --config dashboard/vite.config.ts` serves it for work on it, with the API of a broker behind. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin, type UserConfig } from 'vite';
import { licences } from './licences.ts';

const broker = process.env['HOOPOE_URL'] ?? 'http://127.0.0.1:18083';

/** Below it the answer is not smaller by a packet of the network. */
const COMPRESSED_BYTES_MIN = 1400;

/** Puts a compressed form beside each file, so that the broker need not compress anything. */
function compressed(): Plugin {
  let folder = '';
  return {
    name: 'compressed',
    apply: 'build',
    writeBundle({ dir }) {
      folder = dir ?? '';
    },
    closeBundle() {
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
      for (const name of files.filter((one) => /\.(js|css|svg|html)$/.test(one))) {
        const file = join(folder, name);
        const content = readFileSync(file);
        if (content.length < COMPRESSED_BYTES_MIN) continue;
        writeFileSync(`${file}.br`, brotliCompressSync(content));
        writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
      }
    },
  };
}

const config: UserConfig = defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react(), licences(), compressed()],
  build: {
    outDir: fileURLToPath(new URL('../dist/dashboard', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    // What is small would otherwise become part of a style sheet as data, which is more for the first page. The icon is
    // part of the page as it is in index.html: the browser would ask for it again while the broker is away.
    assetsInlineLimit: (file) => file.endsWith('/icon.svg'),
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/api': broker } },
});

export default config;
