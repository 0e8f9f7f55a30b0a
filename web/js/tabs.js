// On a narrow screen a row of tabs goes on beyond its edge: the present one is brought into sight.
for (const here of document.querySelectorAll(".tabs > [aria-current]")) {
  const row = here.parentElement
  if (row.scrollWidth > row.clientWidth) row.scrollLeft = here.offsetLeft - (row.clientWidth - here.offsetWidth) / 2
}
