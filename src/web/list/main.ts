import { originOf, ownScript } from '../common/own-script.ts';
import { defineList } from './list-element.ts';

const OWN_NAME = /\/list\.js$/;

// Another script may have defined the element, and an element can be defined only once.
if (customElements.get('ajil-list') === undefined) defineList(originOf(ownScript(OWN_NAME), OWN_NAME));
