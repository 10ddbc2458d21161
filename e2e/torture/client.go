package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// sending is one request.
type sending struct {
	method, address, token, body, key, ifMatch string
}

// reply is an answer, read.
type reply struct {
	status   int
	replayed bool
	body     []byte
}

// answer is what is looked at of a reply's body: of an order's, a product's, a customer's, of a problem's.
type answer struct {
	ID      int64  `json:"id"`
	Version int64  `json:"version"`
	Status  any    `json:"status"` // an order's is a word, a problem's a number
	Name    string `json:"name"`
	Note    string `json:"note"`
	Stock   int64  `json:"stock"`
	Code    string `json:"code"`
	Reason  string `json:"reason"`
	Short   []struct {
		Product   int64 `json:"product_id"`
		Available int64 `json:"available"`
	} `json:"short"`
	Data struct {
		Order struct {
			ID     int64  `json:"id"`
			Status string `json:"status"`
		} `json:"order"`
	} `json:"data"`
}

func (r reply) answer() (a answer) {
	_ = json.Unmarshal(r.body, &a) // what is no such answer has nothing of one
	return a
}

// state is the order's status.
func (a answer) state() string {
	status, _ := a.Status.(string)
	return status
}

// callers share connections, and give up sooner than a service does: so a retry may come while the first is on its way.
var callers = &http.Client{
	Timeout:   4 * time.Second,
	Transport: &http.Transport{MaxIdleConnsPerHost: 32, IdleConnTimeout: 10 * time.Second},
}

// attempt sends a request once.
func attempt(ctx context.Context, s sending) (reply, error) {
	request, err := http.NewRequestWithContext(ctx, s.method, s.address, strings.NewReader(s.body))
	if err != nil {
		return reply{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+s.token)
	if s.body == "" {
		request.Header.Del("Content-Type")
	}
	if s.key != "" {
		request.Header.Set("Idempotency-Key", s.key)
	}
	if s.ifMatch != "" {
		request.Header.Set("If-Match", s.ifMatch)
	}
	response, err := callers.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return reply{}, err
	}
	return reply{response.StatusCode, response.Header.Get("Idempotent-Replayed") == "true", body}, nil
}

// final says whether a client may stop asking: it has what it wanted, or a refusal that asking again does not change.
func (r reply) final() bool {
	switch {
	case r.status == 0 || r.status == http.StatusTooManyRequests || r.status >= 500:
		return false
	case r.status == http.StatusConflict:
		return r.answer().Code != "IDEMPOTENCY_IN_PROGRESS"
	}
	return true
}

func (r reply) done() bool { return r.status/100 == 2 }

// broken says that it is one which no client should ever get: something is wrong with the service.
func (r reply) broken() bool {
	return r.status >= 500 && r.status != http.StatusServiceUnavailable && r.status != http.StatusGatewayTimeout
}
