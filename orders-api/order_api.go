package orders

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/gofiber/fiber/v2"

	"b2b.example/crud"
	"b2b.example/crud/exports"
	"b2b.example/crud/lists"
	"b2b.example/crud/writes"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/kit/fault"
)

// placeOrder is a new order as a client asks for it.
type placeOrder struct {
	Body struct {
		CustomerID int64      `json:"customer_id" validate:"required,min=1"`
		Items      []lineBody `json:"items" validate:"required,min=1,max=200,dive"`
		Reference  *string    `json:"reference,omitempty" validate:"omitempty,max=64,printable"`
		Note       *string    `json:"note,omitempty" validate:"omitempty,max=500"`
	}
}

// lineBody names its product by id or by SKU.
type lineBody struct {
	ProductID int64  `json:"product_id,omitempty" validate:"omitempty,min=1"`
	SKU       string `json:"sku,omitempty" validate:"max=64"`
	Qty       int64  `json:"qty" validate:"required,min=1,max=1000000"`
}

type oneOrder struct {
	ID   int64      `path:"id"`
	AsOf *time.Time `query:"as_of"`
}

// moveOrder confirms an order, or undoes its last move. It heeds If-Match without asking for it, as do cancelOrder and
// adjustStock: writes.MatchOf reads it, here it is told to the readers of the document.
type moveOrder struct {
	ID      int64  `path:"id"`
	IfMatch string `header:"If-Match"`
}

type cancelOrder struct {
	ID      int64  `path:"id"`
	IfMatch string `header:"If-Match"`
	Body    struct {
		Reason string  `json:"reason" validate:"required,oneof=CUSTOMER_REQUEST OUT_OF_STOCK PRICING_ERROR DUPLICATE FRAUD OTHER"`
		Note   *string `json:"note,omitempty" validate:"omitempty,max=500"`
	}
}

// editOrder is a merge patch (RFC 7396): null clears the note, and a note that is not there stays as it is.
type editOrder struct {
	ID   int64 `path:"id"`
	Body struct {
		Note jsontext.Value `json:"note,omitempty"`
	}
}

// place takes an order. The key is looked up while customers-api is asked, and an answer found wins over whatever the
// call says: a retry is answered also when the customer has been deleted since, or customers-api is away.
func (s *service) place(c *fiber.Ctx, in *placeOrder) (*kit.Answer, error) {
	call, err := writes.CallOf(c)
	if err != nil {
		return nil, err
	}
	ctx, language := kit.Context(c), kit.Language(c)
	write := db.Write{Call: call, Now: s.now(c), LookedUp: true}
	found := make(chan stored, 1)
	go func() {
		answer, err := s.db.Stored(ctx, write)
		found <- stored{answer, err}
	}()
	placement, refusal := s.placement(ctx, in)
	if known := <-found; known.answer != nil || known.err != nil {
		return writes.Sent(known.value(), known.err)
	}
	if refusal != nil && fault.Of(refusal).Kind != fault.Invalid {
		return nil, refusal
	}
	write.Effect, write.Run = s.queue.effect(placement, language), s.queue.run(placement, language)
	if refusal != nil { // the key is claimed before it is told, so no earlier attempt that is under way can contradict it
		write.Effect, write.Run = func(*db.Tx) (db.Answer, error) { return db.Answer{}, refusal }, nil
	}
	return writes.Sent(s.db.Once(ctx, write))
}

// stored is what a look-up of a key has found.
type stored struct {
	answer *db.Answer
	err    error
}

func (s stored) value() db.Answer {
	if s.answer == nil {
		return db.Answer{}
	}
	return *s.answer
}

// placement finds out who and what a request means. An unknown customer and unknown products are told together.
func (s *service) placement(ctx context.Context, in *placeOrder) (Placement, error) {
	customer, err := s.customers.find(ctx, in.Body.CustomerID)
	unknownCustomer := fault.Is(err, "CUSTOMER_NOT_FOUND")
	if err != nil && !unknownCustomer {
		return Placement{}, err
	}
	lines, faults, err := s.lines(ctx, in.Body.Items, unknownCustomer)
	if err != nil {
		return Placement{}, err
	}
	if unknownCustomer {
		faults = append([]fault.Field{{Field: "customer_id", Code: "CUSTOMER_NOT_FOUND"}}, faults...)
	}
	placement := Placement{Customer: customer, Lines: lines, Reference: textOf(in.Body.Reference), Note: textOf(in.Body.Note)}
	return placement, invalid(faults)
}

// textOf is an optional text; null is none.
func textOf(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

// lines adds up the lines of each product. SKUs are looked up; ids are left for the lock to find, unless the
// request is refused anyway: then everything that is wrong with it is told now.
func (s *service) lines(ctx context.Context, items []lineBody, refused bool) ([]Line, []fault.Field, error) {
	ids, err := s.productsBySKU(ctx, items)
	if err != nil {
		return nil, nil, err
	}
	var lines []Line
	var faults []fault.Field
	byProduct := map[int64]int{}
	for i, item := range items {
		at := fmt.Sprintf("items[%d]", i)
		id, code := productOf(item, ids)
		if code != "" {
			faults = append(faults, fault.Field{Field: at, Code: code})
			continue
		}
		if first, again := byProduct[id]; again {
			lines[first].Qty += item.Qty
		} else {
			byProduct[id] = len(lines)
			lines = append(lines, Line{ProductID: id, Qty: item.Qty, At: at})
		}
		if qty := lines[byProduct[id]].Qty; qty > maxQty && qty-item.Qty <= maxQty {
			faults = append(faults, fault.Field{Field: at, Code: "TOO_LARGE", Args: fault.Args{"max": maxQty}})
		}
	}
	if !refused && len(faults) == 0 {
		return lines, faults, nil
	}
	missing, err := s.missing(ctx, lines)
	faults = append(faults, missing...)
	slices.SortStableFunc(faults, func(a, b fault.Field) int { return cmp.Compare(lineOf(a.Field), lineOf(b.Field)) })
	return lines, faults, err
}

// lineOf is the number of the line that "items[12]" means.
func lineOf(at string) (line int) {
	_, _ = fmt.Sscanf(at, "items[%d]", &line)
	return line
}

// productOf is the product that a line names, or the code of what is wrong with its naming.
func productOf(item lineBody, bySKU map[string]int64) (id int64, code string) {
	switch {
	case item.ProductID != 0 && item.SKU != "":
		return 0, "ONE_OF_PRODUCT_ID_AND_SKU"
	case item.ProductID != 0:
		return item.ProductID, ""
	case item.SKU == "":
		return 0, "PRODUCT_REQUIRED"
	case bySKU[item.SKU] == 0:
		return 0, "PRODUCT_NOT_FOUND"
	}
	return bySKU[item.SKU], ""
}

func (s *service) get(c *fiber.Ctx, in *oneOrder) (*kit.Answer, error) {
	if in.AsOf != nil {
		return writes.Sent(s.asOf(kit.Context(c), in.ID, asking{*in.AsOf, mover(c)}, kit.Language(c)))
	}
	answer, err := s.now(c)(kit.Context(c), in.ID)
	return writes.Sent(answer, err)
}

// asOf answers an order as it was at a time, with what could have been done to it then.
func (s *service) asOf(ctx context.Context, id int64, then asking, language string) (db.Answer, error) {
	at, ok := crud.Moment(then.at)
	if !ok {
		return db.Answer{}, lists.InvalidParam("as_of")
	}
	then.at = at
	o, err := s.past(ctx, id, at)
	if err != nil {
		return db.Answer{}, err
	}
	if err := recall(s.db.Read(ctx), o); err != nil {
		return db.Answer{}, err
	}
	return answerOf(o, http.StatusOK, then, s.rules, language)
}

// past is an order as it was at a time, or the fault NOT_FOUND when it was not there then.
func (s *service) past(ctx context.Context, id int64, at time.Time) (*Order, error) {
	p, err := s.db.AsOf(ctx, "order", id, at)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, fault.New(fault.NotFound, "NOT_FOUND")
	}
	return rebuild(p)
}

// now answers an order as it is at this moment, to who asks.
func (s *service) now(c *fiber.Ctx) func(ctx context.Context, id int64) (db.Answer, error) {
	language, by := kit.Language(c), mover(c)
	return func(ctx context.Context, id int64) (db.Answer, error) {
		o, err := Get(ctx, s.db, id)
		if err != nil {
			return db.Answer{}, err
		}
		now := asking{s.db.Now(), by}
		if err := recall(s.db.Read(ctx), o); err != nil {
			return db.Answer{}, err
		}
		return answerOf(o, http.StatusOK, now, s.rules, language)
	}
}

func (s *service) list(c *fiber.Ctx, _ *kit.Nothing) (*kit.Answer, error) {
	params, err := lists.QueryOf(c)
	if err != nil {
		return nil, err
	}
	if exports.Wanted(c) {
		write, err := file(s.db, params)
		if err != nil {
			return nil, err
		}
		return exports.Answer(c, "orders", s.db.Now(), write), nil
	}
	page, err := List(kit.Context(c), s.db, params)
	if err != nil {
		return nil, err
	}
	body := page.JSON(func(b []byte, o *Order) []byte { return append(b, current(o)...) })
	return &kit.Answer{Body: body, Link: page.Link(c.Path())}, nil
}

func (s *service) confirm(c *fiber.Ctx, in *moveOrder) (*kit.Answer, error) {
	return s.change(c, func(tx *db.Tx, match writes.Match) (*Order, error) {
		return s.rules.confirm(tx, in.ID, match)
	})
}

func (s *service) cancel(c *fiber.Ctx, in *cancelOrder) (*kit.Answer, error) {
	return s.change(c, func(tx *db.Tx, match writes.Match) (*Order, error) {
		return s.rules.cancel(tx, in.ID, match, Cancellation{Reason: in.Body.Reason, Note: textOf(in.Body.Note)})
	})
}

func (s *service) undo(c *fiber.Ctx, in *moveOrder) (*kit.Answer, error) {
	by := mover(c)
	return s.change(c, func(tx *db.Tx, match writes.Match) (*Order, error) {
		return s.rules.undo(tx, in.ID, match, by)
	})
}

func (s *service) edit(c *fiber.Ctx, in *editOrder) (*kit.Answer, error) {
	note, err := noteOf(in.Body.Note)
	if err != nil {
		return nil, err
	}
	return s.change(c, func(tx *db.Tx, match writes.Match) (*Order, error) {
		return annotate(tx, in.ID, match, note)
	})
}

// noteOf is the note that a patch sets, nil where it sets none.
func noteOf(value jsontext.Value) (*string, error) {
	note := ""
	if value == nil {
		return nil, nil
	}
	if value.Kind() == jsontext.KindNull {
		return &note, nil
	}
	if err := json.Unmarshal(value, &note); err != nil || strings.ContainsRune(note, 0) {
		return nil, fault.New(fault.Malformed, "WRONG_TYPE").On("note", "WRONG_TYPE")
	}
	return &note, nil
}

// change makes one change of an order once for its request's key, and answers the order as it is after that.
func (s *service) change(c *fiber.Ctx, change func(*db.Tx, writes.Match) (*Order, error)) (*kit.Answer, error) {
	match, unreadable := writes.MatchOf(c)
	language, by := kit.Language(c), mover(c)
	return writes.Once(c, s.db, func(tx *db.Tx) (db.Answer, error) {
		if unreadable != nil { // told here, where the key is known to have no answer yet
			return db.Answer{}, unreadable
		}
		o, err := change(tx, match)
		if err != nil {
			return db.Answer{}, err
		}
		if err := recall(tx.DB, o); err != nil {
			return db.Answer{}, err
		}
		return answerOf(o, http.StatusOK, asking{tx.Now, by}, s.rules, language)
	}, s.now(c))
}
