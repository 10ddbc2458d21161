package imports

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud/exports"
	"b2b.example/crud/remote"
	"b2b.example/db"
	"b2b.example/kit"
)

// remoteStore takes in the files of entities that another service owns: there, over its REST API and in the name of the operator
// whose page asks.
type remoteStore struct {
	client *kit.Client
	plural string
}

// NewRemote makes the store of the imports of another service's entities.
func NewRemote[T any](r *remote.Store[T]) Store { return &remoteStore{r.Client(), r.Plural} }

// Upload hands a file on while it comes.
func (r *remoteStore) Upload(ctx context.Context, f File) (db.Answer, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), uploadTime)
	defer cancel()
	reply, err := r.client.Upload(ctx, kit.Call{
		Method: fiber.MethodPost, Path: path(r.plural), Key: f.Key, Acting: true, Header: http.Header{fiber.HeaderContentType: {"text/csv"}},
		Query: url.Values{"dry_run": {strconv.FormatBool(f.Trial)}, "file_name": {f.Name}},
	}, f.Content)
	return answerOf(reply, err)
}

// Run begins an import that has been checked.
func (r *remoteStore) Run(ctx context.Context, call db.Call, id int64, _ string) (db.Answer, error) {
	return answerOf(r.client.Do(ctx, kit.Call{Method: fiber.MethodPost, Path: pathOf(r.plural, id) + "/run", Key: call.Key, Acting: true}))
}

func answerOf(reply *kit.Reply, err error) (db.Answer, error) {
	if err != nil {
		return db.Answer{}, err
	}
	var report Report
	if err := reply.JSON(&report); err != nil {
		return db.Answer{}, err
	}
	return db.Answer{
		Status: reply.Status, ContentType: reply.Header.Get(fiber.HeaderContentType), Location: reply.Header.Get(fiber.HeaderLocation),
		Body: reply.Body, TargetType: "import", TargetID: report.ID,
	}, nil
}

// Get tells how far an import is, in the language of who asks.
func (r *remoteStore) Get(ctx context.Context, id int64, _ string) (*Report, error) {
	reply, err := r.client.Do(ctx, kit.Call{Path: pathOf(r.plural, id), Acting: true})
	if err != nil {
		return nil, err
	}
	report := &Report{}
	return report, reply.JSON(report)
}

// FaultsFile is what its owner keeps of an import's faults, as its owner writes it.
func (r *remoteStore) FaultsFile(ctx context.Context, id int64) (exports.Writer, error) {
	return remote.File(ctx, r.client, kit.Call{Path: pathOf(r.plural, id)})
}

// Newest are the newest imports.
func (r *remoteStore) Newest(ctx context.Context, most int) ([]Import, error) {
	reply, err := r.client.Do(ctx, kit.Call{Path: path(r.plural), Query: url.Values{"limit": {strconv.Itoa(most)}}, Acting: true})
	if err != nil {
		return nil, err
	}
	var page struct {
		Data []Import `json:"data"`
	}
	if err := reply.JSON(&page); err != nil {
		return nil, err
	}
	return page.Data, nil
}
