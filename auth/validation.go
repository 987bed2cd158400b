package auth

import (
	"context"

	"beep/chat"
)

const notValidated = "e-mail not validated"

// sendValidation makes the link that validates an account and shows it to the
// operator. It voids older links. A link that cannot be made is not an error of
// the registration: the first sign-in asks for another.
func (s *Service) sendValidation(ctx context.Context, a Account) {
	if _, ok := s.notices.take(a.ID.String(), s.now()); !ok {
		return
	}
	err := s.accounts.DeleteTokens(ctx, a.ID, KindValidate)
	token := ""
	if err == nil {
		token, _, err = s.store(ctx, a.ID, KindValidate, "", validateLife)
	}
	if err != nil {
		s.logger.Warn("a validation link was not made", "user", a.ID, "err", err)
		return
	}
	if a.Email == "" {
		return // of an e-mail that is taken; all the work, and nobody told
	}
	s.notice("validate the e-mail of " + a.Username + ": " + s.baseURL() + "/auth/validate?token=" + token)
}

// Validate confirms the e-mail that the link's token was made for. A token that
// is unknown, used or expired is Gone: which of these, nobody needs to know.
func (s *Service) Validate(ctx context.Context, token string) error {
	const op = "validate e-mail"
	gone := chat.Errorf(chat.Gone, op, "this link was used or has expired; sign in once to be given another")
	if !wellFormed(token) {
		return gone
	}
	t, _, err := s.accounts.TokenByHash(ctx, HashToken(token))
	if chat.Is(err, chat.NotFound) {
		return gone
	}
	if err != nil {
		return err
	}
	if t.Kind != KindValidate || s.nowMilli() >= t.ExpiresAt {
		return gone
	}
	// The account first: were the token consumed first, a crash in between
	// would leave neither.
	if err := s.accounts.SetValidated(ctx, t.UserID); err != nil {
		return err
	}
	return s.accounts.DeleteTokens(ctx, t.UserID, KindValidate)
}
