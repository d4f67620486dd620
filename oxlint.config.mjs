import { roomRules } from './scripts/lib/rooms.mjs';

/** @type {import('oxlint').OxlintConfig} */
export default {
  plugins: ['typescript', 'unicorn', 'import', 'oxc', 'promise', 'vitest', 'node'],
  categories: {
    correctness: 'error',
    suspicious: 'error',
    perf: 'error',
  },
  ignorePatterns: ['dist', 'build', 'data', '.cache', 'node_modules'],
  rules: {
    'import/no-cycle': [
      'error',
      {
        ignoreTypes: false,
      },
    ],
    'import/no-default-export': 'error',
    'import/no-unassigned-import': 'off',
    'no-await-in-loop': 'off',
    'oxc/no-map-spread': 'off',
    'no-console': 'error',
    'no-shadow': 'off',
    eqeqeq: 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'typescript/no-unsafe-type-assertion': 'off',
    'unicorn/prefer-node-protocol': 'error',
    'unicorn/no-array-sort': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/require-module-specifiers': 'off',
    'unicorn/prefer-add-event-listener': 'off',
    'unicorn/no-array-reverse': 'off',
    'promise/always-return': 'off',
    'vitest/require-mock-type-parameters': 'off',
    'vitest/require-to-throw-message': 'off',
  },
  overrides: [
    ...roomRules(),
    {
      files: [
        'scripts/**',
        'bench/**',
        'src/cli.ts',
        'src/cli/**',
        'tests/support/**',
        'tests/{chaos,screenshots}/**',
      ],
      rules: {
        'no-console': 'off',
      },
    },
    {
      files: ['*.config.ts', '*.config.mjs'],
      rules: {
        'import/no-default-export': 'off',
      },
    },
    {
      files: ['src/web/**'],
      rules: {
        'no-console': 'error',
      },
    },
    {
      files: ['src/web/service-worker/**'],
      rules: {
        'unicorn/require-post-message-target-origin': 'off',
      },
    },
    {
      files: ['tests/**'],
      rules: {
        'vitest/no-conditional-tests': 'off',
        'vitest/no-conditional-expect': 'off',
        'typescript/unbound-method': 'off',
        'typescript/no-base-to-string': 'off',
        'vitest/no-standalone-expect': [
          'error',
          {
            additionalTestBlockFunctions: ['test', 'test.for'],
          },
        ],
        'no-underscore-dangle': 'off',
      },
    },
  ],
};
