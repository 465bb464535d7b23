import js from '@eslint/js'
import a11y from 'eslint-plugin-jsx-a11y'
import hooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

const features = (await import('node:fs')).readdirSync(new URL('./src/features', import.meta.url))

/** Refuses imports that go against `lib → components → features → app`. */
function layer(files, forbidden, message) {
  return {
    files,
    rules: { 'no-restricted-imports': ['error', { patterns: [{ regex: forbidden, message }] }] },
  }
}

export default tseslint.config(
  { ignores: ['dist', 'src/lib/schema.d.ts', 'tests/pictures'] },
  js.configs.recommended,
  {
    files: ['src/**/*.{ts,tsx}', 'vite.config.ts'],
    extends: [...tseslint.configs.strictTypeChecked, a11y.flatConfigs.recommended],
    plugins: { 'react-hooks': hooks },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...hooks.configs.recommended.rules,
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // The router says where to go by throwing.
      '@typescript-eslint/only-throw-error': [
        'error',
        { allow: [{ from: 'package', package: '@tanstack/router-core', name: 'Redirect' }] },
      ],
      'jsx-a11y/no-autofocus': 'off',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[property.name=/^toLocale(Date|Time)?String$/]',
          message: 'format money, numbers and dates with `lib/format`',
        },
        {
          selector: 'MemberExpression[object.name="Intl"]',
          message: 'format money, numbers and dates with `lib/format`',
        },
      ],
    },
  },
  { files: ['src/lib/**'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['src/**/*.test.{ts,tsx}'], rules: { '@typescript-eslint/consistent-type-assertions': 'off' } },
  layer(['src/lib/**'], '^@/(components|features|app)', '`lib` knows nothing of what is built on it'),
  layer(['src/components/**'], '^@/(features|app)', '`components` knows nothing of features'),
  ...features.map((name) =>
    layer(
      [`src/features/${name}/**`],
      `^@/(app|features/(?!${name}/))`,
      'features do not import each other or the app',
    ),
  ),
  {
    files: ['scripts/**', 'tests/**', '*.js', '*.cjs', 'public/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'process',
          'console',
          'URL',
          'fetch',
          'setTimeout',
          'clearTimeout',
          'localStorage',
          'document',
          'matchMedia',
          'module',
          'window',
          'Buffer',
          'performance',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
)
