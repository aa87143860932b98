'use strict';

/* Sorting, filtering, unfolding. The page is whole without it: what only works with a script is made by this one. */

/** What has been unfolded: each `details` with the text that its `noscript` had, for the self-check. */
const unfolded = new Map();

(() => {
  const make = (name, properties, words) => {
    const made = Object.assign(document.createElement(name), properties);
    if (words !== undefined) made.textContent = words;
    return made;
  };
  let made = 0;

  // ---- tables that sort ----------------------------------------------------------------------

  const value = (row, column) => {
    const cell = row.cells[column];
    const time = cell.querySelector('time');
    return time ? time.dateTime : cell.textContent.trim();
  };
  const collator = new Intl.Collator('en', { numeric: true });

  function sort(table, column, head) {
    const down = head.getAttribute('aria-sort') === 'ascending';
    for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    const body = table.tBodies[0];
    const rows = Array.from(body.rows, (row) => [value(row, column), row]);
    rows.sort(([one], [other]) => (down ? -1 : 1) * collator.compare(one, other));
    body.append(...rows.map(([, row]) => row));
  }

  for (const table of document.querySelectorAll('table.sortable')) {
    Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
      const button = make('button', { type: 'button' }, head.textContent);
      button.addEventListener('click', () => sort(table, column, head));
      head.replaceChildren(button);
    });
    if (table.tBodies[0].rows.length > 7) filter(table);
  }

  // ---- what is folded ------------------------------------------------------------------------

  /** Makes elements of what a browser with JavaScript has kept as one text. */
  function unfold(details) {
    const kept = details.querySelector(':scope > noscript');
    if (!kept) return;
    unfolded.set(details, kept.textContent);
    const template = make('template', { innerHTML: kept.textContent });
    kept.replaceWith(template.content);
  }

  document.addEventListener('toggle', ({ target }) => {
    if (target.open) unfold(target);
  }, true);

  // ---- filters -------------------------------------------------------------------------------

  function field(words) {
    made += 1;
    const input = make('input', { type: 'search', id: `filter-${made}`, autocomplete: 'off', spellcheck: false });
    const label = make('label', { htmlFor: input.id }, words);
    const count = make('output', { htmlFor: input.id });
    const box = make('p', { className: 'filter' });
    box.append(label, input, count);
    return { box, input, count };
  }

  /** Shows of the rows what has all the words; tells how many. */
  function hold(input, count, rows, text, also, after) {
    let waiting = 0;
    const apply = () => {
      const words = input.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        const hit = also(row) && words.every((word) => text(row).includes(word));
        row.hidden = !hit;
        if (hit) shown += 1;
      }
      count.textContent = shown === rows.length ? '' : `${shown.toLocaleString('en')} of ${rows.length.toLocaleString('en')}`;
      after(shown);
    };
    const soon = () => {
      clearTimeout(waiting);
      waiting = setTimeout(apply, 120);
    };
    input.addEventListener('input', soon);
    return soon;
  }

  /** A row's text in small letters, read once. */
  function reader(of) {
    const texts = new Map();
    return (row) => {
      if (!texts.has(row)) texts.set(row, of(row).toLocaleLowerCase());
      return texts.get(row);
    };
  }

  function filter(table) {
    const { box, input, count } = field(`Filter ${table.caption.textContent.toLowerCase()}`);
    const rows = Array.from(table.tBodies[0].rows);
    hold(input, count, rows, reader((row) => row.textContent), () => true, () => {});
    table.parentElement.before(box);
  }

  const list = document.getElementById('statement-list');
  const items = Array.from(list.querySelectorAll('li'));
  if (items.length > 0) {
    const kind = (item) => item.firstElementChild.children[1].textContent;
    const kinds = Array.from(new Set(items.map(kind))).sort();
    const { box, input, count } = field('Filter statements');
    // What is off the screen has a guessed height: not where most of it is hidden.
    const groups = Array.from(list.children);
    const fit = (shown) => {
      list.classList.toggle('few', shown <= 500);
      for (const group of groups) group.hidden = Array.from(group.children).every((item) => item.hidden);
    };
    const select = make('select', { id: 'filter-kind' });
    select.append(make('option', { value: '' }, 'every kind'), ...kinds.map((one) => make('option', { value: one }, one)));
    const text = reader((item) => [...item.children[0].children, item.children[1]].map((part) => part.textContent).join(' '));
    const soon = hold(input, count, items, text, (item) => select.value === '' || kind(item) === select.value, fit);
    select.addEventListener('change', soon);
    input.after(make('label', { htmlFor: select.id }, 'Kind'), select);
    list.before(box);

    // Who follows a link to a statement finds it, whatever the filter.
    const follow = () => {
      const target = /^#s[0-9]+$/.test(location.hash) && document.getElementById(location.hash.slice(1));
      if (!target || !target.hidden) return;
      input.value = '';
      select.value = '';
      for (const item of items) item.hidden = false;
      fit(items.length);
      count.textContent = '';
      target.scrollIntoView();
      target.focus();
    };
    addEventListener('hashchange', follow);
  }
})();
