'use strict'

const texts = {
  en: {
    title: 'Set up Sluice',
    other: '简体中文',
    already: 'Sluice is set up already.',
    userTitle: '1. Administrator',
    userHint: 'This user may do everything. There is no default password.',
    token: 'Set-up token (from the link that Sluice printed when it started)',
    username: 'User name',
    password: 'Password (8 to 128 characters)',
    repeat: 'Password again',
    differ: 'The two passwords differ.',
    createUser: 'Create administrator',
    providerTitle: '2. First provider',
    providerHint: 'An account at a vendor or relay site that calls are sent to.',
    vendor: 'Vendor',
    name: 'Name',
    baseUrl: 'Base URL (empty: the vendor’s own)',
    apiKey: 'API key of that account',
    createProvider: 'Add provider',
    skip: 'Later',
    keyTitle: '3. Your first key',
    keyHint: 'Applications present this key to Sluice. It is shown only now:',
    tryHint: 'Try it:',
    model: 'Model',
    docs: 'The API, to browse',
    models: (count) => `The provider is ready; models found: ${count}.`,
    noModels: (reason) => `The provider was added, but its models could not be read: ${reason}`,
    offline: 'Sluice did not answer. Is it running?',
  },
  'zh-CN': {
    title: '初始化 Sluice',
    other: 'English',
    already: 'Sluice 已完成初始化。',
    userTitle: '1. 管理员',
    userHint: '该用户拥有全部权限。系统没有默认密码。',
    token: '初始化令牌（见 Sluice 启动时打印的链接）',
    username: '用户名',
    password: '密码（8 到 128 个字符）',
    repeat: '再次输入密码',
    differ: '两次输入的密码不一致。',
    createUser: '创建管理员',
    providerTitle: '2. 第一个供应商',
    providerHint: '请求将发往的厂商账号或中转站账号。',
    vendor: '厂商',
    name: '名称',
    baseUrl: '基础 URL（留空使用厂商默认地址）',
    apiKey: '该账号的 API 密钥',
    createProvider: '添加供应商',
    skip: '以后再说',
    keyTitle: '3. 您的第一个密钥',
    keyHint: '应用使用此密钥访问 Sluice，仅显示这一次：',
    tryHint: '试一试：',
    model: '模型',
    docs: '浏览 API 文档',
    models: (count) => `供应商已就绪，发现 ${count} 个模型。`,
    noModels: (reason) => `供应商已添加，但无法读取其模型列表：${reason}`,
    offline: 'Sluice 没有响应，请确认其正在运行。',
  },
}

let language = navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en'
let vendors = []
let outcome = null
let key = ''
let operations = ['chat_completions']

const byId = (id) => document.getElementById(id)
const say = (key, ...facts) => {
  const text = texts[language][key]
  return typeof text === 'function' ? text(...facts) : text
}

function translate() {
  document.documentElement.lang = language
  document.title = say('title')
  for (const element of document.querySelectorAll('[data-text]')) {
    element.textContent = say(element.dataset.text)
  }
  byId('language').textContent = say('other')
  showOutcome()
  fillVendors()
}

function showOutcome() {
  byId('provider-result').textContent = outcome ? say(outcome.text, outcome.fact) : ''
}

function show(step) {
  for (const section of document.querySelectorAll('section')) {
    section.hidden = section.id !== step
  }
  complain('')
  const fields = [...byId(step).querySelectorAll('input, select')]
  fields.find((field) => field.offsetParent !== null)?.focus()
}

function complain(message) {
  byId('problem').textContent = message
  byId('problem').hidden = message === ''
}

async function ask(method, path, body) {
  let answer
  try {
    const response = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: { accept: 'application/json', 'accept-language': language, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    answer = await response.json()
  } catch {
    throw new Error(say('offline'))
  }
  if (!answer.success) throw new Error(answer.message)
  return answer.data
}

function onSubmit(form, work) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const button = form.querySelector('button[type=submit]')
    button.disabled = true
    complain('')
    try {
      await work(Object.fromEntries(new FormData(form)))
    } catch (error) {
      complain(error.message)
    } finally {
      button.disabled = false
    }
  })
}

function tokenFromLink() {
  const fragment = new URLSearchParams(location.hash.slice(1))
  const query = new URLSearchParams(location.search)
  const token = fragment.get('token') ?? query.get('token') ?? location.hash.slice(1)
  // The token must not stay in the address bar or the history.
  history.replaceState(null, '', location.pathname)
  return token
}

function fillVendors() {
  const select = byId('provider-form').elements.vendor
  const chosen = select.value || 'openai'
  const title = (vendor) => (language === 'en' ? vendor.title.en : vendor.title.zh)
  select.replaceChildren(...vendors.map((vendor) => new Option(title(vendor), vendor.name)))
  select.value = chosen
  suggest()
}

function suggest() {
  const { vendor, name, base_url: baseUrl } = byId('provider-form').elements
  const known = vendors.find((candidate) => candidate.name === vendor.value)
  if (!known) return
  baseUrl.placeholder = known.base_url ?? 'https://'
  baseUrl.required = known.base_url === null
  if (name.value === '' || vendors.some((candidate) => candidate.name === name.value)) name.value = known.name
}

async function createUser(fields) {
  if (fields.password !== fields.repeat) throw new Error(say('differ'))
  const { token, username, password } = fields
  await ask('POST', '/api/setup', { token, username, password })
  vendors = await ask('GET', '/api/vendor/')
  fillVendors()
  show('step-provider')
}

async function createProvider(fields) {
  const { vendor, name, base_url: baseUrl, key: secret } = fields
  const body = { vendor, name, key: secret, ...(baseUrl && { base_url: baseUrl }) }
  const provider = await ask('POST', '/api/provider/', body)
  operations = vendors.find((candidate) => candidate.name === vendor).operations
  try {
    const found = await ask('POST', `/api/provider/${provider.id}/models`, {})
    const models = [...new Set(found.credentials.flatMap((credential) => credential.models))]
    byId('model').replaceChildren(...models.map((model) => new Option(model)))
    byId('model-row').hidden = models.length === 0
    outcome = { text: 'models', fact: models.length }
  } catch (error) {
    outcome = { text: 'noModels', fact: error.message }
  }
  await createKey()
}

async function createKey() {
  key = await ask('POST', '/api/agg-token/', { name: 'default' })
  byId('key').textContent = key
  showCall()
  showOutcome()
  show('step-key')
}

function showCall() {
  const model = byId('model').value || 'MODEL'
  const body = { model, messages: [{ role: 'user', content: 'hello' }] }
  const isMessages = !operations.includes('chat_completions') && operations.includes('messages')
  const path = isMessages ? '/v1/messages' : '/v1/chat/completions'
  if (isMessages) body.max_tokens = 256
  byId('curl').textContent = [
    `curl ${location.origin}${path} \\`,
    `  -H 'authorization: Bearer ${key}' \\`,
    `  -H 'content-type: application/json' \\`,
    `  -d '${JSON.stringify(body)}'`,
  ].join('\n')
}

async function start() {
  const token = tokenFromLink()
  byId('user-form').elements.token.value = token
  byId('token-row').hidden = token !== ''
  translate()
  try {
    const { needed } = await ask('GET', '/api/setup')
    show(needed ? 'step-user' : 'step-done')
  } catch (error) {
    complain(error.message)
  }
}

byId('language').addEventListener('click', () => {
  language = language === 'en' ? 'zh-CN' : 'en'
  translate()
})
byId('provider-form').elements.vendor.addEventListener('change', suggest)
byId('model').addEventListener('change', showCall)
byId('skip-provider').addEventListener('click', () => createKey().catch((error) => complain(error.message)))
onSubmit(byId('user-form'), createUser)
onSubmit(byId('provider-form'), createProvider)
start()
