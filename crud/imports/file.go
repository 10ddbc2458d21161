package imports

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"b2b.example/kit"
	"b2b.example/kit/fault"
)

// mostField is how many bytes are read of a form's field that is no file.
const mostField = 4 << 10

// fileOf finds the file in a request: its body, or the first file of a form.
func fileOf(c *fiber.Ctx) (file io.Reader, name string, err error) {
	media, options, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	charset := options["charset"]
	switch {
	case err == nil && media == "text/csv" && (charset == "" || strings.EqualFold(charset, "utf-8")):
		return kit.Upload(c), "", nil
	case err != nil || media != fiber.MIMEMultipartForm:
		return nil, "", fault.New(fault.UnsupportedMedia, "MEDIA_TYPE_UNSUPPORTED")
	}
	_, file, name, err = formOf(c, options["boundary"])
	return file, name, err
}

// FormOf reads a form of a page up to its file: the fields before it, the file, and its name.
func FormOf(c *fiber.Ctx) (fields url.Values, file io.Reader, name string, err error) {
	media, options, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || media != fiber.MIMEMultipartForm {
		return nil, nil, "", fault.New(fault.UnsupportedMedia, "MEDIA_TYPE_UNSUPPORTED")
	}
	return formOf(c, options["boundary"])
}

// formOf passes over a file that nobody has chosen: browsers send one without name and content.
func formOf(c *fiber.Ctx, boundary string) (fields url.Values, file io.Reader, name string, err error) {
	form, fields := multipart.NewReader(kit.Upload(c), boundary), url.Values{}
	for {
		part, err := form.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return fields, nil, "", fault.New(fault.Malformed, "BODY_REQUIRED")
		case err != nil:
			return fields, nil, "", unreadable(err)
		case part.FileName() != "":
			return fields, parts{part}, plainName(part.FileName()), nil
		}
		value, err := io.ReadAll(io.LimitReader(parts{part}, mostField))
		if err != nil {
			return fields, nil, "", err
		}
		fields.Set(part.FormName(), string(value))
	}
}

// parts tells what is wrong with a form as a fault.
type parts struct{ *multipart.Part }

func (p parts) Read(b []byte) (int, error) {
	n, err := p.Part.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = unreadable(err)
	}
	return n, err
}

func unreadable(err error) error {
	if f, ok := errors.AsType[*fault.Fault](err); ok {
		return f
	}
	return fault.New(fault.Malformed, "MALFORMED_REQUEST").Because(err)
}

// plainName is a file's name as it can be shown.
func plainName(name string) string {
	if !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) {
		return ""
	}
	return string([]rune(name)[:min(utf8.RuneCountInString(name), 255)])
}
