package kit

import (
	"bytes"
	"errors"
	"io"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"b2b.example/kit/fault"
)

// uploadPatience is how long a client may take to send the next piece of an upload, and uploadTime how long for it all.
const (
	uploadPatience = 30 * time.Second
	uploadTime     = 30 * time.Minute
)

// refusedBody marks a request whose body is so large that nobody waits for it.
const refusedBody = "X-Refused-Body"

// TakeUploads lets a page's form of a file come in piece by piece, up to so many bytes: its handler reads it by Upload.
func (a *App) TakeUploads(path string, most int64) { a.uploads[fiber.MethodPost+" "+path] = most }

// refuseLengths takes the body off a request that announces a larger one than is read at all, so that it is refused at
// once. The server gives uploads to their handlers piece by piece; all other bodies are read by refuseBodies.
func (a *App) refuseLengths() {
	a.Server().HeaderReceived = func(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
		h.Del(refusedBody)
		path, _, _ := bytes.Cut(h.RequestURI(), []byte("?"))
		if int64(h.ContentLength()) > acceptLimit+a.uploads[string(h.Method())+" "+string(path)] {
			h.Set(refusedBody, "1")
			h.SetContentLength(0)
			h.Del(fiber.HeaderExpect)
			h.SetConnectionClose() // what the client sends nevertheless is no request
		}
		return fasthttp.RequestConfig{}
	}
}

// tooLarge refuses a body for its size.
func tooLarge(limit int64) error {
	if limit > 0 {
		return fault.New(fault.TooLarge, "FILE_TOO_LARGE").With("megabytes", limit>>20)
	}
	return fault.New(fault.TooLarge, "BODY_TOO_LARGE")
}

// readBody reads the body of a request that is no upload. One that is somewhat too large is read to its end, so that the
// client sees the answer, and so that who refuses it can tell what it was about.
func (a *App) readBody(c *fiber.Ctx) error {
	limit, stream := a.uploads[c.Method()+" "+c.Path()], c.Request().BodyStream()
	if len(c.Request().Header.Peek(refusedBody)) > 0 {
		return tooLarge(limit)
	}
	if limit > 0 || stream == nil {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(stream, acceptLimit))
	if err != nil {
		return brokenBody(err)
	}
	c.Request().SetBodyRaw(body)
	return nil
}

// brokenBody is what becomes of a body that did not arrive.
func brokenBody(err error) error {
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return fault.New(fault.RequestTimeout, "REQUEST_TIMEOUT").Because(err)
	}
	return fault.New(fault.Malformed, "MALFORMED_REQUEST").Because(err)
}

// upload is a body that is read while it arrives.
type upload struct {
	io.Reader
	ctx         *fasthttp.RequestCtx
	limit, left int64
	until       time.Time
	ended       bool // there is no more to read
}

// Upload is the body of an operation that takes one piece by piece (Op.Upload). What cannot be read is a fault; so is
// more than the operation takes.
func Upload(c *fiber.Ctx) io.Reader {
	x := exchangeOf(c)
	u := &upload{Reader: c.Request().BodyStream(), ctx: c.Context(), until: time.Now().Add(uploadTime)}
	u.limit = x.app.uploads[c.Method()+" "+c.Path()]
	u.left = u.limit
	if u.Reader == nil { // there is no server behind Lambda
		u.Reader = bytes.NewReader(rawBody(c))
	}
	x.upload = u
	return u
}

// readOut reads what is left of an upload that was refused before its end, so that the client sees the answer: browsers
// read none before they have sent everything.
func (a *App) readOut(c *fiber.Ctx) {
	if a.uploads[c.Method()+" "+c.Path()] == 0 || len(c.Request().Header.Peek(refusedBody)) > 0 {
		return
	}
	u := exchangeOf(c).upload
	if u == nil {
		Upload(c)
		u = exchangeOf(c).upload
	}
	if !u.ended {
		_, _ = io.Copy(io.Discard, u) // there is nobody to tell
	}
}

// Read gives the client the time to send the next piece.
func (u *upload) Read(p []byte) (int, error) {
	if u.ctx.Conn() != nil {
		_ = u.ctx.SetReadDeadline(earlier(time.Now().Add(uploadPatience), u.until)) // a connection that is gone shows at the next read
	}
	n, err := u.Reader.Read(p)
	u.ended = err != nil
	if u.left -= int64(n); u.left < 0 {
		u.ended = true
		_, _ = io.Copy(io.Discard, io.LimitReader(u.Reader, acceptLimit)) // so that the client sees the answer
		return 0, tooLarge(u.limit)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = brokenBody(err)
	}
	return n, err
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
