import { expect, test } from 'vitest';
import { webhookFault } from '../../../src/outlets/webhooks/address.ts';

test.for(['https://hooks.news.example/ajil?x=1', 'https://8.8.8.8/hook', 'http://cms.internal:8080/hook'])(
  '%s may be told',
  (url) => {
    expect(webhookFault(url, ['http://cms.internal:8080'])).toBeUndefined();
  },
);

test.for([
  'hooks.news.example',
  'ftp://hooks.news.example/',
  'http://hooks.news.example/',
  'https://user:secret@hooks.news.example/',
  'https://127.0.0.1/hook',
  'https://2130706433/hook',
  'https://10.1.2.3/hook',
  'https://169.254.169.254/latest/meta-data/',
  'https://[::1]/hook',
  'https://[::ffff:10.0.0.1]/hook',
  'http://cms.internal:8081/hook',
])('%s is refused', (url) => {
  expect(webhookFault(url, ['http://cms.internal:8080'])).toBeTypeOf('string');
});
