package kit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime/debug"
	"time"

	"github.com/gofiber/fiber/v2"
)

// streamPatience is how long a client may take to accept the next piece of a stream. The whole may take hours.
const streamPatience = 30 * time.Second

// Stream sends an answer while it is being written: it needs no more memory than a buffer. write gets a context that ends
// when the client is gone, not with the request's own deadline. An answer that breaks off is cut without its proper end,
// so no client takes a part of it for the whole.
func Stream(c *fiber.Ctx, write func(ctx context.Context, w io.Writer) error) {
	streamed(c, func(ctx context.Context, w *bufio.Writer) error { return write(ctx, w) })
}

// Events sends events to a page for as long as it listens and write goes on. send sends a piece of the stream at once: an
// event as the format (text/event-stream) has it, or a comment, which shows whether anybody is there still.
func Events(c *fiber.Ctx, write func(ctx context.Context, send func(text string) error) error) {
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Set("X-Accel-Buffering", "no") // what stands between passes on each piece as it comes
	streamed(c, func(ctx context.Context, w *bufio.Writer) error {
		return write(ctx, func(text string) error {
			if _, err := w.WriteString(text); err != nil {
				return err
			}
			return w.Flush()
		})
	})
}

func streamed(c *fiber.Ctx, write func(ctx context.Context, w *bufio.Writer) error) {
	Context(c)
	x := exchangeOf(c)
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), trailKey{}, x.trail))
	reader, writer := io.Pipe()
	go func() {
		err := buffered(ctx, writer, write)
		if err != nil && !errors.Is(err, io.ErrClosedPipe) && ctx.Err() == nil && x.app != nil {
			x.app.log.Error("stream", "error", err, "request_id", x.id)
		}
		_ = writer.CloseWithError(err) // nil ends it properly; it never fails
	}()
	c.Context().SetBodyStream(&stream{PipeReader: reader, end: cancel, conn: c.Context().Conn()}, -1)
}

// buffered lets write fill a buffer. A panic in it is an error like any other: nobody else would catch it here.
func buffered(ctx context.Context, to io.Writer, write func(ctx context.Context, w *bufio.Writer) error) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("panic: %v\n%s", reason, debug.Stack())
		}
	}()
	buffer := bufio.NewWriterSize(to, 32<<10)
	if err := write(ctx, buffer); err != nil {
		return err
	}
	return buffer.Flush()
}

// stream is the body of an answer that is being written.
type stream struct {
	*io.PipeReader
	end  context.CancelFunc
	conn net.Conn
}

// Read gives the server the next piece, and the client the time to take it.
func (s *stream) Read(p []byte) (int, error) {
	n, err := s.PipeReader.Read(p)
	if s.conn != nil {
		_ = s.conn.SetWriteDeadline(time.Now().Add(streamPatience)) // a connection that is gone shows at the next write
	}
	return n, err
}

// Close ends the writing: all was sent, or the client is gone.
func (s *stream) Close() error {
	s.end()
	return s.PipeReader.Close()
}
