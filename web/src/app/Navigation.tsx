import { useTranslation } from 'react-i18next'
import { LinkNav } from '@/components/Links'
import { useUser } from '@/lib/session'
import classes from './Navigation.module.css'
import { placesOf } from './navigation'

/** Where one can go. */
export function Navigation({ onGo }: { onGo?: () => void }) {
  const { t } = useTranslation()
  const groups = placesOf(useUser())
  return (
    <nav aria-label={t('nav.label')} className={classes.nav}>
      {groups.map((group) => (
        <div key={group.label ?? 'first'} className={classes.group}>
          {group.label !== null && <div className={classes.title}>{t(group.label)}</div>}
          {group.places.map((place) => (
            <LinkNav
              key={place.to}
              to={place.to}
              label={t(place.label)}
              leftSection={<place.icon size={18} stroke={1.6} aria-hidden />}
              className={classes.link}
              onClick={() => onGo?.()}
            />
          ))}
        </div>
      ))}
    </nav>
  )
}
