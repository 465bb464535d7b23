import { useTranslation } from 'react-i18next'

const KNOWN = ['check_in', 'housekeeping', 'ledger_audit', 'provider_sync'] as const

/** Returns what names a job for people; the gateway's own word where the console has none. */
export function useJobName(): (name: string) => string {
  const { t } = useTranslation()
  return (name) => {
    const known = KNOWN.find((one) => one === name)
    return known ? t(`jobs.names.${known}`) : name
  }
}
