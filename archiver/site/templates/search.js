// Search in the titles and sources of all articles: files of some thousand each, the newest first, until there are
// enough results. `archiver site serve` searches in the texts, too, and says so in the list of these files.
(() => {
  'use strict';
  const ENOUGH = 100;
  const form = document.getElementById('search');
  const status = document.getElementById('status');
  const list = document.getElementById('results');
  const asked = new URLSearchParams(location.search);
  // Neither case nor accents nor the width of letters make a difference.
  const fold = text => text.normalize('NFKD').toLowerCase().replace(/[\u0300-\u036f]/g, '').normalize('NFC');
  const words = fold(asked.get('q') || '').split(/[\s"'“”„‘’«»「」『』]+/).filter(Boolean);
  const from = asked.get('from') || '', until = asked.get('until') || '', by = fold(asked.get('source') || '').trim();
  let found = 0;

  for (const field of form.elements) if (field.name && asked.has(field.name)) field.value = asked.get(field.name);
  if (!words.length) {
    if (asked.get('q')) status.textContent = status.dataset.none;
    return;
  }

  async function read(file) {
    const answer = await fetch(file);
    if (!answer.ok) throw new Error(`${file.split('?')[0]}: ${answer.status}`);
    return answer.json();
  }

  function marked(element, text) {
    const begins = [], ends = [], places = [];  // of each character of the folded text: where it was in the text
    let folded = '', place = 0;
    for (const character of text) {
      const some = fold(character);
      for (let left = some.length; left > 0; left -= 1) {
        begins.push(place);
        ends.push(place + character.length);
      }
      folded += some;
      place += character.length;
      if (!some && ends.length) ends[ends.length - 1] = place;  // an accent belongs to the letter before it
    }
    for (const word of words)
      for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + word.length))
        places.push([begins[at], ends[at + word.length - 1]]);
    places.sort((one, other) => one[0] - other[0]);
    let done = 0;
    for (const [begin, end] of places) {
      if (begin < done) continue;
      const mark = document.createElement('mark');
      mark.textContent = text.slice(begin, end);
      element.append(text.slice(done, begin), mark);
      done = end;
    }
    element.append(text.slice(done));
  }

  function show([path, title, source, published, words]) {
    const item = document.createElement('li'), time = document.createElement('time');
    const what = document.createElement('span'), link = document.createElement('a'), who = document.createElement('span');
    time.dateTime = published;
    time.textContent = published.slice(0, 10);
    link.href = `../${path}`;
    link.dir = who.dir = 'auto';
    marked(link, title);
    what.className = 'what';
    who.className = 'who';
    marked(who, source);
    what.append(link, ' ', who);
    if (words) {
      const some = document.createElement('p');
      some.className = 'small';
      marked(some, words);
      what.append(some);
    }
    item.append(time, what);
    list.append(item);
    found += 1;
  }

  function fits([, title, source, published]) {
    const day = published.slice(0, 10);
    if ((from && day < from) || (until && day > until) || !fold(source).includes(by)) return false;
    const text = fold(`${title}\n${source}`);
    return words.every(word => text.includes(word));
  }

  async function search() {
    status.textContent = status.dataset.searching;
    const index = await read('index.json');
    if (index.service) {
      (await read(`${index.service}?${asked}`)).forEach(show);
    } else {
      for (const [file, first, last] of index.files) {
        if ((from && last < from) || (until && first > until)) continue;
        for (const row of await read(file)) if (fits(row) && found < ENOUGH) show(row);
        if (found >= ENOUGH) break;
      }
    }
    const { none, result, results } = status.dataset;
    status.textContent = found > 1 ? results.replace('{}', found < ENOUGH ? found : `${ENOUGH}+`) : found ? result : none;
  }

  search().catch(error => { status.textContent = status.dataset.failed.replace('{}', error.message); });
})();
