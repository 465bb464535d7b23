import account from './zh-CN/account.json'
import audit from './zh-CN/audit.json'
import candidates from './zh-CN/candidates.json'
import common from './zh-CN/common.json'
import connect from './zh-CN/connect.json'
import dashboard from './zh-CN/dashboard.json'
import errors from './zh-CN/errors.json'
import jobs from './zh-CN/jobs.json'
import keys from './zh-CN/keys.json'
import limits from './zh-CN/limits.json'
import logs from './zh-CN/logs.json'
import nav from './zh-CN/nav.json'
import obstacles from './zh-CN/obstacles.json'
import palette from './zh-CN/palette.json'
import playground from './zh-CN/playground.json'
import profile from './zh-CN/profile.json'
import providers from './zh-CN/providers.json'
import remarks from './zh-CN/remarks.json'
import routes from './zh-CN/routes.json'
import rules from './zh-CN/rules.json'
import strategies from './zh-CN/strategies.json'
import welcome from './zh-CN/welcome.json'

export default {
  account,
  audit,
  candidates,
  common,
  connect,
  dashboard,
  errors,
  jobs,
  keys,
  limits,
  logs,
  nav,
  obstacles,
  palette,
  playground,
  profile,
  providers,
  remarks,
  routes,
  rules,
  strategies,
  welcome,
}
