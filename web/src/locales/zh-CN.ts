/** All texts in Chinese: each file is a part, by its name. That they are those of English is checked by `npm run locales`. */
const files = import.meta.glob<object>('./zh-CN/*.json', { eager: true, import: 'default' })

const nameOf = (path: string) => path.slice('./zh-CN/'.length, -'.json'.length)

export default Object.fromEntries(Object.entries(files).map(([path, texts]) => [nameOf(path), texts]))
