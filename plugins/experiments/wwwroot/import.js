// Sends a chosen file as a stream, with how much of it is sent. Without this script the form around it does so.
const token = document.querySelector('meta[name="csrf"]')

for (const form of document.querySelectorAll("form[data-upload]")) form.addEventListener("submit", event => {
  const file = form.querySelector('input[type="file"]').files[0]
  if (!file || !token) return
  event.preventDefault()
  send(form, file)
})

function send(form, file) {
  const box = form.querySelector(".upload-progress")
  const [bar, words, button, error] = [box.querySelector("progress"), box.querySelector("span"), form.querySelector('button[type="submit"]'), form.querySelector(".field:has([data-drop]) .error")]
  const query = new URLSearchParams({ name: file.name })
  for (const name of ["team", "experiment"]) if (form.elements[name]?.value.trim()) query.set(name, form.elements[name].value.trim())
  if (form.elements.deleted?.checked) query.set("deleted", "true")
  const fail = text => { box.hidden = true; button.disabled = false; error.textContent = text }
  const request = new XMLHttpRequest()
  request.open("POST", `${form.dataset.upload}?${query}`)
  request.setRequestHeader(token.dataset.header, token.content)
  request.setRequestHeader("Content-Type", "application/octet-stream")
  request.upload.onprogress = ({ loaded, total }) => {
    bar.value = total ? loaded / total : 0
    words.textContent = loaded === total ? "Sent; it is being kept" : `${Math.floor(100 * loaded / total)} % sent`
  }
  request.onload = () => {
    if (request.status === 200) location.assign(JSON.parse(request.responseText).url)
    else fail(request.status === 422 || request.status === 413 ? request.responseText : `The server could not take it (${request.status}). Try again.`)
  }
  request.onerror = () => fail("The connection was lost while it was sent. Try again.")
  error.textContent = ""
  box.hidden = false
  button.disabled = true
  request.send(file)
}
