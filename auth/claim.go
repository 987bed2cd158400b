package auth

import (
	"context"

	"beep/chat"
)

// FirstRun answers the link by which the owner takes a new instance, or "" if
// there are accounts already. Only the operator may see it.
func (s *Service) FirstRun(ctx context.Context) (link string, err error) {
	n, err := s.accounts.CountAccounts(ctx)
	if err != nil || n > 0 {
		return "", err
	}
	return s.NewClaim(ctx)
}

// NewClaim answers a link that makes one administrator, once, within a day;
// `beep owner link`. Only the operator may call it.
func (s *Service) NewClaim(ctx context.Context) (link string, err error) {
	token, _, err := s.store(ctx, 0, KindClaim, "", claimLife)
	if err != nil {
		return "", err
	}
	return s.baseURL() + "/claim?token=" + token, nil
}

// Claim makes the administrator, validated, for whom the link was made. Every
// other link is void then. A link that is unknown, used or expired is Gone; one
// whose registration is refused may be used again.
func (s *Service) Claim(ctx context.Context, token string, r Registration) (Account, error) {
	const op = "claim"
	gone := chat.Errorf(chat.Gone, op, "this link was used or has expired; the operator can make another with `beep owner link`")
	if !wellFormed(token) {
		return Account{}, gone
	}
	if err := r.check(op, false); err != nil {
		return Account{}, err
	}
	// Consumed before anything costly is done for a stranger, and before the
	// account is made, so that two who hold the link make one administrator.
	t, err := s.accounts.ConsumeToken(ctx, HashToken(token), KindClaim)
	if chat.Is(err, chat.NotFound) || err == nil && s.nowMilli() >= t.ExpiresAt {
		return Account{}, gone
	}
	if err != nil {
		return Account{}, err
	}
	account, err := s.newAccount(ctx, r, true, RoleAdministrator)
	if err == nil {
		err = conflictOf(op, s.accounts.CreateAccount(ctx, account))
	}
	if err != nil {
		// Whoever hung up meanwhile still gets the link back.
		if perr := s.accounts.CreateToken(context.WithoutCancel(ctx), t); perr != nil {
			s.logger.Warn("a claim link was lost, make another", "err", perr)
		}
		return Account{}, err
	}
	if err := s.ensureBegun(ctx, account); err != nil {
		s.logger.Warn("a user's log was not begun, it will be at the next start", "user", account.ID, "err", err)
	}
	account.Registered = true
	if err := s.accounts.DeleteTokens(ctx, 0, KindClaim); err != nil {
		s.logger.Warn("other claim links were not voided", "err", err)
	}
	return account, nil
}
