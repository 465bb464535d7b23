import { Anchor, type AnchorProps, Button, type ButtonProps, NavLink, type NavLinkProps } from '@mantine/core'
import { createLink } from '@tanstack/react-router'
import type { ComponentPropsWithRef } from 'react'

type Native = Omit<ComponentPropsWithRef<'a'>, 'href' | 'style' | 'color'>

/** A link inside the console, as large as the text it stands in. */
export const LinkAnchor = createLink((props: Native & Omit<AnchorProps, 'href'>) => (
  <Anchor {...(props.size === undefined && { fz: 'inherit' })} {...props} />
))

/** A button that leads to another page of the console. */
export const LinkButton = createLink((props: Native & ButtonProps) => <Button component="a" {...props} />)

/** An entry of the navigation. */
export const LinkNav = createLink((props: Native & NavLinkProps) => <NavLink component="a" {...props} />)
