import { Kbd, TextInput, type TextInputProps } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useState } from 'react'

const PAUSE_MS = 250

interface Props extends Omit<TextInputProps, 'value' | 'onChange' | 'defaultValue'> {
  label: string
  value: string
  onSearch: (text: string) => void
}

/** The search of a page. The key `/` leads here. */
export function SearchInput({ label, value, onSearch, ...others }: Props) {
  const [typed, setTyped] = useState(value)
  const [known, setKnown] = useState(value)
  const search = useDebouncedCallback(onSearch, PAUSE_MS)
  if (value !== known) {
    setKnown(value)
    setTyped(value)
  }
  return (
    <TextInput
      {...others}
      type="search"
      data-page-search
      aria-label={label}
      placeholder={label}
      value={typed}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={typed === '' ? <Kbd size="xs">/</Kbd> : null}
      onChange={(event) => {
        setTyped(event.currentTarget.value)
        search(event.currentTarget.value.trim())
      }}
    />
  )
}

/** Puts the cursor into the search of the page, if it has one. */
export function focusPageSearch(): void {
  document.querySelector<HTMLInputElement>('input[data-page-search]')?.focus()
}
