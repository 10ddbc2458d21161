package orders

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud/exports"
	"b2b.example/kit"
	"b2b.example/web"
)

// bulkFileColumns are those of a bulk run as a file.
var bulkFileColumns = []string{"order_id", "outcome", "reason", "code", "status", "customer_name", "total", "done_at", "run_id", "request_id"}

// bulkRunFile sends all orders of a run as a file, with what became of each and why.
func (b *backoffice) bulkRunFile(c *fiber.Ctx, id int64) error {
	run, err := getRun(b.db.Read(kit.Context(c)), id)
	if err != nil {
		return err
	}
	reader := b.PlainFrame(c, "").Reader
	write := func(ctx context.Context, w io.Writer, language string) error {
		file := exports.New(w, language, bulkFileColumns)
		err := b.eachOfRun(ctx, id, func(o *orderInRun) error { return file.Row(b.bulkFileRow(reader, file, run, o)) })
		if err != nil {
			return err
		}
		return file.End()
	}
	return kit.Send(c, exports.Answer(c, "bulk-run-"+strconv.FormatInt(id, 10), b.db.Now(), write))
}

// bulkFileBatch is how many orders of a run are read at a time for its file.
const bulkFileBatch = 500

// eachOfRun goes through all orders of a run, a batch at a time.
func (b *backoffice) eachOfRun(ctx context.Context, id int64, do func(o *orderInRun) error) error {
	for after := int64(0); ; {
		var found []orderInRun
		query := readRows(b.db.Read(ctx), id).Where("b.order_id > ?", after).Order("b.order_id").Limit(bulkFileBatch)
		if err := query.Find(&found).Error; err != nil {
			return fmt.Errorf("orders of bulk run %d: %w", id, err)
		}
		for i := range found {
			if err := do(&found[i]); err != nil {
				return err
			}
			after = found[i].OrderID
		}
		if len(found) < bulkFileBatch {
			return nil
		}
	}
}

func (b *backoffice) bulkFileRow(reader web.Reader, file *exports.File, run *BulkRun, o *orderInRun) []string {
	return []string{
		strconv.FormatInt(o.OrderID, 10), strings.ToLower(string(o.Outcome)), b.whyOf(reader, o), o.Code, string(o.Status), o.CustomerName,
		file.Money(o.TotalCents), fileTime(o.DoneAt), strconv.FormatInt(run.ID, 10), run.RequestID,
	}
}
