import { defineBar } from './bar/bar-element.ts';
import { NotificationsCard } from './reader/notifications-card.ts';
import { ReaderPage } from './reader/page.ts';

defineBar(location.origin);
customElements.define('ajil-notifications', NotificationsCard);
customElements.define('ajil-reader', ReaderPage);
