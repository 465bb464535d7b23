import account from './en/account.json'
import audit from './en/audit.json'
import candidates from './en/candidates.json'
import common from './en/common.json'
import connect from './en/connect.json'
import dashboard from './en/dashboard.json'
import errors from './en/errors.json'
import jobs from './en/jobs.json'
import keys from './en/keys.json'
import limits from './en/limits.json'
import logs from './en/logs.json'
import nav from './en/nav.json'
import obstacles from './en/obstacles.json'
import palette from './en/palette.json'
import playground from './en/playground.json'
import profile from './en/profile.json'
import providers from './en/providers.json'
import remarks from './en/remarks.json'
import routes from './en/routes.json'
import rules from './en/rules.json'
import strategies from './en/strategies.json'
import welcome from './en/welcome.json'

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
