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
  // What was opened a moment ago is on paper too.
  addEventListener('beforeprint', () => {
    for (const details of document.querySelectorAll('details[open]')) unfold(details);
  });

  /** A button that unfolds everything in a part of the page, to be searched or printed, and folds it again. */
  function unfolder(part, words) {
    const button = make('button', { type: 'button', className: 'unfold' }, `Unfold ${words}`);
    let open = false;
    button.addEventListener('click', () => {
      open = !open;
      for (const details of part.querySelectorAll('details')) {
        if (open) unfold(details);
        details.open = open;
      }
      button.textContent = `${open ? 'Fold' : 'Unfold'} ${words}`;
    });
    return button;
  }

  // ---- filters -------------------------------------------------------------------------------

  /** Empties the filter that hides a place which a link leads to. */
  const clear = [];

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
  function hold({ input, count }, rows, text, also, after) {
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
    return { apply, soon };
  }

  /** A row's text in small letters, read once. */
  function reader(of) {
    const texts = new Map();
    return (row) => {
      if (!texts.has(row)) texts.set(row, of(row).toLocaleLowerCase());
      return texts.get(row);
    };
  }

  function filter(table, rows) {
    const own = field(`Filter ${table.caption.textContent.toLowerCase()}`);
    const { apply } = hold(own, rows, reader((row) => row.textContent), () => true, () => {});
    table.parentElement.before(own.box);
    clear.push((target) => {
      if (!table.contains(target)) return;
      own.input.value = '';
      apply();
    });
  }

  for (const table of document.querySelectorAll('table.sortable')) {
    Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
      const button = make('button', { type: 'button' }, head.textContent);
      button.addEventListener('click', () => sort(table, column, head));
      head.replaceChildren(button);
    });
  }
  for (const table of document.querySelectorAll('table:is(.sortable, .grouped)')) {
    const rows = Array.from(table.querySelectorAll('tbody > tr:not(.group)'));
    if (rows.length > 7) filter(table, rows);
  }

  // ---- statements ----------------------------------------------------------------------------

  const list = document.getElementById('statement-list');
  const items = Array.from(list.querySelectorAll('li'));
  if (items.length > 0) {
    const kind = (item) => item.firstElementChild.children[1].textContent;
    const kinds = Array.from(new Set(items.map(kind))).sort();
    const own = field('Filter statements');
    // What is off the screen has a guessed height: not where most of it is hidden.
    const groups = Array.from(list.children);
    const fit = (shown) => {
      list.classList.toggle('few', shown <= 500);
      for (const group of groups) group.hidden = Array.from(group.children).every((item) => item.hidden);
    };
    const select = make('select', { id: 'filter-kind' });
    select.append(make('option', { value: '' }, 'every kind'), ...kinds.map((one) => make('option', { value: one }, one)));
    const text = reader((item) => `${item.children[0].textContent} ${item.children[1].textContent}`);
    const { apply, soon } = hold(own, items, text, (item) => select.value === '' || kind(item) === select.value, fit);
    select.addEventListener('change', soon);
    own.input.after(make('label', { htmlFor: select.id }, 'Kind'), select);
    own.box.append(unfolder(list, 'what was signed'));
    list.before(own.box);
    clear.push((target) => {
      if (!list.contains(target)) return;
      own.input.value = '';
      select.value = '';
      apply();
    });
  }

  // Who follows a link finds where it leads, whatever the filter.
  addEventListener('hashchange', () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (!target || !target.closest('[hidden]')) return;
    for (const one of clear) one(target);
    target.scrollIntoView();
    target.focus();
  });
  if (document.querySelector('main details')) document.querySelector('.contents').append(unfolder(document, 'everything, to print or search'));
})();
