import { expect, it } from 'vitest';
import { Origins } from './origins.ts';

it('lets in what it lists, compared exactly, and requests without an origin', () => {
  const origins = new Origins(['https://example.org']);
  expect(origins.allow(undefined)).toBe(true);
  expect(origins.allow('https://example.org')).toBe(true);
  for (const other of ['http://example.org', 'https://example.org:8443', 'https://example.org.evil.net', 'null', '']) {
    expect(origins.allow(other), other).toBe(false);
  }
});

it('takes pages of this machine for local, whatever their port, and nothing that only looks like them', () => {
  const origins = new Origins(['local']);
  for (const own of ['http://localhost:5173', 'https://127.0.0.1', 'http://[::1]:8080']) {
    expect(origins.allow(own), own).toBe(true);
  }
  const foreign = ['https://example.org', 'null', 'http://localhost.evil.net', 'http://127.0.0.1.evil.net'];
  for (const other of foreign) expect(origins.allow(other), other).toBe(false);
});

it('lets in everybody with *', () => {
  expect(new Origins(['*']).allow('https://anywhere.example')).toBe(true);
});
