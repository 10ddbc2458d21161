package customers

import (
	"context"
	"fmt"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud"
	"b2b.example/crud/writes"
	"b2b.example/entities"
	"b2b.example/kit"
	"b2b.example/kit/fault"
)

// ownPassword is what an operator sends to have another password.
type ownPassword struct {
	Body struct {
		Current string `json:"current_password" validate:"required,max=256"`
		New     string `json:"new_password" validate:"required,max=256"`
	}
}

// changePassword gives an operator another password, and ends all their sessions: this one, too. The old one is asked for
// as at a log-in, so that a browser that was left open gives nobody the account.
func (s *service) changePassword(c *fiber.Ctx, in *ownPassword) (*kit.Nothing, error) {
	ctx, who := kit.Context(c), kit.Who(c)
	own, err := s.provePassword(ctx, who.Operator, in.Body.Current)
	if err != nil {
		return nil, err
	}
	call, err := writes.CallOf(c)
	if err != nil {
		return nil, err
	}
	call.Key = "" // sent again, the password that is asked for is the new one
	_, err = s.operators.Update(ctx, crud.Request[entities.Operator]{
		Call: call, ID: own.ID, Match: writes.VersionMatch(own.Version),
		Input: s.operators.Typed(map[string]string{"password": in.Body.New}, true),
	})
	if err != nil {
		return nil, aboutNewPassword(err)
	}
	s.app.Sessions.Forget(who.Session)
	return &kit.Nothing{}, nil
}

// provePassword gives an operator who knows their password. Wrong ones are counted with those of the log-in.
func (s *service) provePassword(ctx context.Context, id int64, password string) (*entities.Operator, error) {
	var own entities.Operator
	if err := s.db.Read(ctx).Where("id = ?", id).Take(&own).Error; err != nil {
		return nil, fmt.Errorf("find an operator: %w", err)
	}
	account := accountOf(own.Email)
	if err := s.countAttempt(ctx, account, nil); err != nil {
		return nil, err
	}
	matches, err := s.matches(ctx, password, own.Password)
	if err != nil {
		return nil, err
	}
	if !matches {
		return nil, fault.New(fault.Invalid, "VALIDATION_FAILED").On("current_password", "WRONG_PASSWORD")
	}
	return &own, s.forgetAttempt(ctx, account, nil)
}

// aboutNewPassword names a fault's field as this route has it.
func aboutNewPassword(err error) error {
	f := fault.Of(err)
	for i := range f.Fields {
		if f.Fields[i].Field == "password" {
			f.Fields[i].Field = "new_password"
		}
	}
	return err
}
